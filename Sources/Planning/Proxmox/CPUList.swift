/// CPUs of the host by their numbers, as taskset(1) reads a list of them: `0,2-3,8-15:2`.
package struct CPUList: Hashable, Sendable {
    /// Ascending, each once; never empty.
    package let numbers: [Int]

    /// More than any kernel can be built for (CONFIG_NR_CPUS of x86 ends at 8192).
    private static let limit = 8192

    package init(parsing text: ByteString) throws(CPUListError) {
        var numbers = Set<Int>()
        for part in text.bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        {
            guard let range = Self.numbers(in: part) else {
                throw CPUListError(found: text, part: ByteString(part))
            }
            numbers.formUnion(range)
        }
        self.numbers = numbers.sorted()
    }

    /// `N`, `FIRST-LAST` or `FIRST-LAST:STEP`.
    private static func numbers(in part: ArraySlice<UInt8>) -> StrideThrough<Int>? {
        let range = part.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let ends = range.first?.split(
            separator: UInt8(ascii: "-"),
            omittingEmptySubsequences: false
        )
        guard let ends, range.count <= 2, ends.count <= range.count + 1,
            let first = ends.first.flatMap(number), let last = ends.last.flatMap(number),
            first <= last
        else { return nil }
        guard range.count == 2 else { return stride(from: first, through: last, by: 1) }
        guard ends.count == 2, let step = range.last.flatMap(number), step > 0 else { return nil }
        return stride(from: first, through: last, by: step)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...4).contains(digits.count), digits.allSatisfy(isDigit) else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return number < limit ? number : nil
    }
}

/// Why a text is no list of CPUs.
package struct CPUListError: Failure {
    package let found: ByteString
    package let part: ByteString

    package var message: String {
        "list of CPUs \(excerpt(found)): wrong part \(excerpt(part))"
            + " (expected a number, or FIRST-LAST)"
    }

    package var hint: String? { "correct the VM's 'affinity'" }
    package var exitStatus: ExitStatus { .configuration }
}

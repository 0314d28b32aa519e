/// The command by which Proxmox starts a VM: QEMU's command line, and what comes before it.
package struct ProxmoxCommand: Hashable, Sendable {
    /// `taskset` with its own arguments, if the VM has an `affinity`; else empty.
    package let prefix: [ByteString]
    /// QEMU's argv.
    package let arguments: [ByteString]

    /// `nil` if the VM may run on every CPU.
    package func affinity() throws(CPUListError) -> CPUList? {
        guard let list = prefix.last else { return nil }
        return try CPUList(parsing: list)
    }

    /// - Parameter words: of ``QuotedCommandLine``.
    /// - Returns: `nil` if none of the words could be QEMU's program.
    package init?(_ words: [ByteString]) {
        guard let first = words.first else { return nil }
        let start: Int
        if first.lastPathComponent == "taskset" {
            // `taskset --cpu-list --all-tasks LIST PROGRAM` (qemu-server QemuServer.pm): the
            // program is the word after the list, which is the first that is not an option.
            guard let list = words.dropFirst().firstIndex(where: { !$0.hasPrefix("-") }),
                list + 1 < words.count
            else { return nil }
            start = list + 1
        } else {
            start = 0
        }
        guard Self.isQEMU(words[start]) else { return nil }
        prefix = Array(words[..<start])
        arguments = Array(words[start...])
    }

    /// Finds the command in what `qm showcmd` prints. Proxmox prints other lines too, for a suspended
    /// VM and for a `viommu` with `aw-bits` (qemu-server 9.2.6).
    ///
    /// - Parameter output: of `qm showcmd VMID`.
    package init(output: ByteString) throws(QuotedCommandLineError) {
        let bytes = output.bytes
        guard bytes.contains(where: { $0 != lineFeed }) else { throw .empty }
        var found: [(line: Int, command: ProxmoxCommand)] = []
        var firstError: QuotedCommandLineError?
        var start = 0
        while start < bytes.count {
            guard bytes[start] != lineFeed else {
                start += 1
                continue
            }
            var reader = Reader(bytes, from: start)
            var end = bytes[start...].firstIndex(of: lineFeed) ?? bytes.count
            do throws(QuotedCommandLineError) {
                if let command = ProxmoxCommand(try reader.words()) {
                    let line = bytes[..<start].count { $0 == lineFeed } + 1
                    found.append((line, command))
                    // A quoted word may have line feeds of its own.
                    end = reader.index
                }
            } catch {
                firstError = firstError ?? error
            }
            start = end + 1
        }
        // A warning may begin with a word like `qemu-img:`. Proxmox's command has the VM's ID.
        if found.count > 1 {
            let named = found.filter { $0.command.arguments.contains("-id") }
            if named.count == 1 { found = named }
        }
        guard found.count <= 1 else { throw .severalCommands(lines: found.map(\.line)) }
        guard let only = found.first?.command else {
            throw firstError ?? .noCommand(excerpt: output)
        }
        self = only
    }

    /// How Proxmox itself recognises a VM's process (qemu-server Helpers.pm `parse_cmdline`).
    private static func isQEMU(_ program: ByteString) -> Bool {
        program.hasSuffix("kvm") || program.lastPathComponent.hasPrefix("qemu-")
    }
}

/// A command line as `qm showcmd` prints it: each word quoted by Perl's `String::ShellQuote`, one
/// blank between two.
///
/// Read exactly, because the result is shown as what Proxmox would start: of a shell's
/// grammar only what that module writes is understood, and everything else is an error.
package enum QuotedCommandLine {
    /// - Parameter text: what was printed, with or without its last line feed. The form that
    ///   `--pretty` prints cannot be read back: it changes quoted text as well.
    package static func words(_ text: ByteString) throws(QuotedCommandLineError) -> [ByteString] {
        var bytes = text.bytes
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw .empty }
        var reader = Reader(bytes, from: 0)
        let words = try reader.words()
        guard reader.index == bytes.count else { throw reader.unexpected() }
        return words
    }
}

/// Why a text is not what `qm showcmd` prints.
package enum QuotedCommandLineError: Failure {
    case empty
    case unclosedQuote(offset: Int)
    case unexpected(Unicode.Scalar, offset: Int)
    /// No line starts QEMU.
    case noCommand(excerpt: ByteString)
    case severalCommands(lines: [Int])

    package var message: String {
        switch self {
        case .empty: "output of qm showcmd: empty"
        case .unclosedQuote(let offset):
            "output of qm showcmd: the quote at byte \(offset) is never closed"
        case .unexpected(let scalar, let offset):
            "output of qm showcmd: unexpected \(quoted(String(scalar))) at byte \(offset)"
        case .noCommand(let text):
            "output of qm showcmd: no line starts QEMU (found \(excerpt(text)))"
        case .severalCommands(let lines):
            "output of qm showcmd: several lines start QEMU: "
                + lines.map(String.init).joined(separator: ", ")
        }
    }

    package var hint: String? {
        switch self {
        case .empty, .noCommand: nil
        case .severalCommands: "give the one that is meant after '--'"
        case .unclosedQuote, .unexpected: "expected one line of 'qm showcmd VMID', without --pretty"
        }
    }

    package var exitStatus: ExitStatus { .software }
}

private let blank = UInt8(ascii: " ")
private let single = UInt8(ascii: "'")
private let double = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
private let lineFeed = UInt8(ascii: "\n")

private struct Reader {
    private let bytes: [UInt8]
    private(set) var index: Int

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        index = start
    }

    /// The words of one line, to its end.
    mutating func words() throws(QuotedCommandLineError) -> [ByteString] {
        var words = [ByteString(try word())]
        while index < bytes.count, bytes[index] != lineFeed {
            // A word ends at a blank or at the end of the line, see below.
            index += 1
            words.append(ByteString(try word()))
        }
        return words
    }

    /// Words are never empty: the module writes `''` for those that are.
    private mutating func word() throws(QuotedCommandLineError) -> [UInt8] {
        var word: [UInt8] = []
        let start = index
        while index < bytes.count, bytes[index] != blank, bytes[index] != lineFeed {
            switch bytes[index] {
            case single: word += try quoted(single)
            // Written for several single quotes in a row, and only for them.
            case double: word += try quoted(double, only: single)
            case backslash:
                index += 1
                guard index < bytes.count, bytes[index] == single else { throw unexpected() }
                word.append(single)
                index += 1
            case let byte where isPlain(byte):
                word.append(byte)
                index += 1
            default: throw unexpected()
            }
        }
        guard index > start else { throw unexpected() }
        return word
    }

    private mutating func quoted(
        _ quote: UInt8,
        only content: UInt8? = nil,
    ) throws(QuotedCommandLineError) -> ArraySlice<UInt8> {
        let start = index
        guard let end = bytes[(start + 1)...].firstIndex(of: quote) else {
            throw .unclosedQuote(offset: start)
        }
        let quoted = bytes[(start + 1)..<end]
        if let content, let other = quoted.firstIndex(where: { $0 != content }) {
            index = other
            throw unexpected()
        }
        index = end + 1
        return quoted
    }

    func unexpected() -> QuotedCommandLineError {
        let byte = index < bytes.count ? bytes[index] : blank
        return .unexpected(Unicode.Scalar(byte), offset: index)
    }

    /// What the module leaves unquoted: `\w` and `!%+,-./:=@^`. For bytes beyond ASCII that
    /// depends on how Perl sees the text, so they are taken in either way.
    private func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte >= 0x80 || "_!%+,-./:=@^".utf8.contains(byte)
    }
}

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

/// Why a text is not a list of CPUs.
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

/// The SHA-384 of each page of an image. The chain of an SEV-SNP launch goes on from these alone, so
/// that several threads can compute a part of them each.
package struct PageDigests: Sendable {
    package static let pageByteCount = 4096
    private static let digestByteCount = 48

    /// How many pages in a row are the same: most of an image is padding, which is hashed once.
    private(set) var runs: [Int] = []
    /// A digest for each run, one after the other.
    private var bytes: [UInt8] = []

    /// How many pages at the start of a part are the same as the page before the part.
    private(set) var leadingCount = 0

    /// - Parameter firmware: whole pages; what is left after the last whole one is not looked at.
    package init<SHA384: HashFunction>(of firmware: Span<UInt8>, using function: SHA384.Type) {
        self.init(
            of: firmware,
            pages: 0..<firmware.count / Self.pageByteCount,
            using: function,
        )
    }

    /// A part of an image's digests.
    ///
    /// - Parameter pages: those that the part covers, all of them in `firmware`.
    package init<SHA384: HashFunction>(
        of firmware: Span<UInt8>,
        pages: Range<Int>,
        using function: SHA384.Type,
    ) {
        for index in pages {
            let start = index * Self.pageByteCount
            let page = firmware.extracting(start..<start + Self.pageByteCount)
            let isRepeated =
                index > 0
                && page.isEqual(to: firmware.extracting(start - Self.pageByteCount..<start))
            if !isRepeated {
                append(page, using: function)
            } else if runs.isEmpty {
                leadingCount += 1
            } else {
                runs[runs.count - 1] += 1
            }
        }
    }

    /// The digest of each page of a run.
    func digest(ofRun run: Int) -> ArraySlice<UInt8> {
        bytes[run * Self.digestByteCount..<(run + 1) * Self.digestByteCount]
    }

    private mutating func append<SHA384: HashFunction>(
        _ page: Span<UInt8>,
        using _: SHA384.Type,
    ) {
        let offset = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.digestByteCount))
        var hash = SHA384()
        hash.update(page)
        hash.finish(into: &bytes, at: offset)
        runs.append(1)
    }
}

extension Span where Element == UInt8 {
    /// Compares without a branch a byte, which lets the compiler take many bytes at a time.
    fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for start in stride(from: 0, to: count, by: 512) {
            let end = Swift.min(start + 512, count)
            let mine = extracting(start..<end)
            let others = other.extracting(start..<end)
            var difference: UInt8 = 0
            for index in mine.indices { difference |= mine[index] ^ others[index] }
            guard difference == 0 else { return false }
        }
        return true
    }
}

/// The SHA-384 of pages. The chain of an SEV-SNP launch goes on from these alone, so that several
/// threads can compute some of them each.
///
/// The hash function is a parameter of the method and not of the type: for a generic type the
/// runtime would search all conformances of the program, which takes as long as a dozen pages.
package struct PageDigester {
    package static var pageByteCount: Int { 4096 }

    /// The page that was digested last, and its digest: most of an image is padding, which is
    /// hashed once.
    private var last: Int?
    private var digest: [UInt8] = []

    package init() {}

    /// - Parameters:
    ///   - pages: by their numbers, all of them in `firmware`.
    ///   - firmware: the same bytes in each call. Only `pages` are looked at, and the page before
    ///     them in the order of the calls.
    /// - Returns: one digest after the other.
    package mutating func digests<SHA384: HashFunction>(
        of pages: Range<Int>,
        in firmware: Span<UInt8>,
        using _: SHA384.Type,
    ) -> [UInt8] {
        var digests: [UInt8] = []
        digests.reserveCapacity(pages.count * SHA384.byteCount)
        for page in pages {
            let bytes = firmware.extracting(Self.bytes(of: page))
            let isRepeated = last.map { bytes.isEqual(to: firmware.extracting(Self.bytes(of: $0))) }
            if isRepeated != true {
                digest = SHA384.hash(bytes)
            }
            last = page
            digests += digest
        }
        return digests
    }

    /// Of all whole pages, by one digester.
    static func digests<SHA384: HashFunction>(
        ofPagesIn firmware: Span<UInt8>,
        using function: SHA384.Type,
    ) -> [UInt8] {
        var digester = PageDigester()
        return digester.digests(
            of: 0..<firmware.count / pageByteCount,
            in: firmware,
            using: function,
        )
    }

    private static func bytes(of page: Int) -> Range<Int> {
        page * pageByteCount..<(page + 1) * pageByteCount
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

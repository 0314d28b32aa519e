/// The SHA-384 of each page of an image. The chain of an SEV-SNP launch goes on from these alone, so
/// that several threads can compute a part of them each.
package struct PageDigests<SHA384: HashFunction>: Sendable {
    package static var pageByteCount: Int { 4096 }

    /// All digests, one after the other.
    private var bytes: [UInt8]

    package var count: Int { bytes.count / SHA384.byteCount }

    /// - Parameter firmware: whole pages; what is left after the last whole one is not looked at.
    package init(of firmware: Span<UInt8>) {
        let count = firmware.count / Self.pageByteCount
        bytes = [UInt8](repeating: 0, count: count * SHA384.byteCount)
        // Most of an image is padding, page after page the same: those hash once.
        var previous = firmware.extracting(0..<0)
        for index in 0..<count {
            let start = index * Self.pageByteCount
            let page = firmware.extracting(start..<start + Self.pageByteCount)
            let offset = index * SHA384.byteCount
            if page.isEqual(to: previous) {
                for byte in offset..<offset + SHA384.byteCount {
                    bytes[byte] = bytes[byte - SHA384.byteCount]
                }
            } else {
                var hash = SHA384()
                hash.update(page)
                hash.finish(into: &bytes, at: offset)
            }
            previous = page
        }
    }

    /// The digests of an image from those of its parts, in order. All parts are whole pages.
    package init(joining parts: some Sequence<PageDigests>) {
        bytes = parts.flatMap(\.bytes)
    }

    /// The digest of one page; `index` is below ``count``.
    subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[index * SHA384.byteCount..<(index + 1) * SHA384.byteCount]
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

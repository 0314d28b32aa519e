/// The SHA-384 of each page of an image. The chain of an SEV-SNP launch goes on from these alone, so
/// that several threads can compute a part of them each.
package struct PageDigests<SHA384: HashFunction>: Sendable {
    package static var pageByteCount: Int { 4096 }

    /// How many pages in a row are the same: most of an image is padding, which is hashed once.
    private(set) var runs: [Int] = []
    /// A digest for each run, one after the other.
    private var bytes: [UInt8] = []

    package var count: Int { runs.reduce(0, +) }

    /// - Parameter firmware: whole pages; what is left after the last whole one is not looked at.
    package init(of firmware: Span<UInt8>) {
        var previous = firmware.extracting(0..<0)
        for index in 0..<firmware.count / Self.pageByteCount {
            let start = index * Self.pageByteCount
            let page = firmware.extracting(start..<start + Self.pageByteCount)
            if page.isEqual(to: previous) {
                runs[runs.count - 1] += 1
            } else {
                append(page)
            }
            previous = page
        }
    }

    /// The digests of an image from those of its parts, in order. All parts are whole pages.
    package init(joining parts: some Sequence<PageDigests>) {
        for part in parts {
            runs += part.runs
            bytes += part.bytes
        }
    }

    /// The digest of each page of a run.
    func digest(ofRun run: Int) -> ArraySlice<UInt8> {
        bytes[run * SHA384.byteCount..<(run + 1) * SHA384.byteCount]
    }

    private mutating func append(_ page: Span<UInt8>) {
        let offset = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: SHA384.byteCount))
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

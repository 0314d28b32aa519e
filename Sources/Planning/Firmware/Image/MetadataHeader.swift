/// The header that SEV, TDX and IGVM metadata share: signature, length, version, entry count.
struct MetadataHeader: Hashable, Sendable {
    static let byteCount = 16
    /// More than any firmware has by two orders of magnitude; keeps a hostile count cheap.
    static let maximumEntryCount = 1024

    /// Where the header starts in the image.
    let offset: Int
    let entryCount: Int

    /// The offset of every entry.
    func entries(of entryByteCount: Int) -> [Int] {
        (0..<entryCount).map { offset + Self.byteCount + $0 * entryByteCount }
    }

    /// - Parameter name: the entry of the table that tells the header's distance from the end.
    static func read(
        _ signature: String,
        named name: GUID,
        entryByteCount: Int,
        from image: Span<UInt8>,
        table: GuidedTable?,
    ) -> Reading<MetadataHeader> {
        guard let entry = table?.entry(name) else { return .absent }
        guard entry.data.count >= 4, let distance = image.uint32(at: entry.data.lowerBound) else {
            return .malformed(.shortEntry(byteCount: entry.data.count))
        }
        let offset = image.count - Int(distance)
        guard let length = image.uint32(at: offset + 4).map(Int.init),
            let version = image.uint32(at: offset + 8),
            let entryCount = image.uint32(at: offset + 12).map(Int.init), offset >= 0
        else { return .malformed(.outsideImage(distance: distance, imageByteCount: image.count)) }
        guard image.holds(signature, at: offset) else {
            return .malformed(.wrongSignature(expected: signature, offset: offset))
        }
        guard version == 1 else { return .malformed(.wrongVersion(version)) }
        guard entryCount <= maximumEntryCount else {
            return .malformed(.tooManyEntries(found: entryCount, expected: maximumEntryCount))
        }
        let expected = byteCount + entryByteCount * entryCount
        guard length == expected, image.holds(length, at: offset) else {
            return .malformed(.wrongLength(found: length, expected: expected))
        }
        return .present(MetadataHeader(offset: offset, entryCount: entryCount))
    }
}

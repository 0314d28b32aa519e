/// A part of the guest's memory that the image sets aside for the launch.
package struct GuestArea: Hashable, Sendable {
    package let base: UInt32
    /// In bytes.
    package let byteCount: UInt32

    /// Builds without the feature keep the entry and leave it zero.
    package var isSupported: Bool { base != 0 && byteCount != 0 }

    static func read(
        _ name: GUID,
        from image: Span<UInt8>,
        table: GuidedTable?,
    ) -> Reading<GuestArea> {
        guard let entry = table?.entry(name) else { return .absent }
        guard entry.data.count >= 8, let base = image.uint32(at: entry.data.lowerBound),
            let byteCount = image.uint32(at: entry.data.lowerBound + 4)
        else { return .malformed(.shortEntry(byteCount: entry.data.count)) }
        return .present(GuestArea(base: base, byteCount: byteCount))
    }
}

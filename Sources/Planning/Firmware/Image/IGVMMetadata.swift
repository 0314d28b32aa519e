/// Where an IGVM loader finds its parameter areas. QEMU ignores it; it tells of the build's age.
package struct IGVMMetadata: Hashable, Sendable {
    /// Where the header starts in the image.
    package let offset: Int
    package let entryCount: Int

    static func read(from image: Span<UInt8>, table: GuidedTable?) -> Reading<IGVMMetadata> {
        let header = MetadataHeader.read(
            "IGVM",
            named: GuidedTable.Name.igvmMetadata,
            entryByteCount: 12,
            from: image,
            table: table,
        )
        switch header {
        case .absent: return .absent
        case .malformed(let fault): return .malformed(fault)
        case .present(let header):
            return .present(IGVMMetadata(offset: header.offset, entryCount: header.entryCount))
        }
    }
}

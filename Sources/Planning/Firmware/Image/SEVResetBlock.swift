/// Where the CPUs after the first start in an SEV-ES or SEV-SNP guest. QEMU puts it into their
/// initial state, so it is part of the launch digest.
package struct SEVResetBlock: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case table
        /// The block stands alone in the footer's place, as edk2 had it before edk2-stable202102.
        case standAlone
    }

    /// Zero means that this build does not support SEV-ES, and QEMU refuses it.
    package let address: UInt32
    package let origin: Origin

    package var instructionPointer: UInt64 { UInt64(address & 0xFFFF) }
    package var codeSegmentBase: UInt64 { UInt64(address & 0xFFFF_0000) }

    /// Looks in the table and, where there is none of it, in the place of the table's footer, in
    /// the order in which QEMU's `sev_es_find_reset_vector` does.
    static func read(
        from image: Span<UInt8>,
        table: GuidedTable?,
    ) -> Reading<SEVResetBlock> {
        if let entry = table?.entry(GuidedTable.Name.sevESReset) {
            guard entry.data.count >= 4, let address = image.uint32(at: entry.data.lowerBound)
            else { return .malformed(.shortEntry(byteCount: entry.data.count)) }
            return .present(SEVResetBlock(address: address, origin: .table))
        }
        let end = image.count - GuidedTable.distanceOfEnd
        guard image.guid(at: end - 16) == GuidedTable.Name.sevESReset,
            let length = image.uint16(at: end - GuidedTable.tagByteCount).map(Int.init)
        else { return .absent }
        let expected = GuidedTable.tagByteCount + 4
        guard length >= expected, let address = image.uint32(at: end - length) else {
            return .malformed(.wrongLength(found: length, expected: expected))
        }
        return .present(SEVResetBlock(address: address, origin: .standAlone))
    }
}

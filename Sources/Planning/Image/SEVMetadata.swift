/// What memory QEMU prepares before an SEV-SNP guest starts, in the order in which it is measured.
///
/// Source: edk2 `OvmfPkg/ResetVector/X64/OvmfSevMetadata.asm`, QEMU `target/i386/sev.c`.
package struct SEVMetadata: Hashable, Sendable {
    package struct Section: Hashable, Sendable {
        /// Guest physical address of the first byte.
        package let address: UInt32
        /// In bytes.
        package let byteCount: UInt32
        package let kind: Kind

        /// One past the last byte. No overflow: both are 32 bits wide.
        package var end: UInt64 { UInt64(address) + UInt64(byteCount) }
    }

    package enum Kind: Hashable, Sendable {
        /// Memory that the first phase uses before it can validate pages itself.
        case preValidated
        case secrets
        case cpuid
        /// The calling area of an SVSM.
        case svsmCallingArea
        case kernelHashes
        /// QEMU prepares it as zeros.
        case other(UInt32)

        init(_ number: UInt32) {
            self =
                switch number {
                case 1: .preValidated
                case 2: .secrets
                case 3: .cpuid
                case 4: .svsmCallingArea
                case 0x10: .kernelHashes
                default: .other(number)
                }
        }

        package var displayName: String {
            switch self {
            case .preValidated: "SNP_SEC_MEM"
            case .secrets: "SNP_SECRETS"
            case .cpuid: "CPUID"
            case .svsmCallingArea: "SVSM_CAA"
            case .kernelHashes: "KERNEL_HASHES"
            case .other(let number): "type \(number)"
            }
        }
    }

    /// Where the header starts in the image.
    package let offset: Int
    /// In the image's own order, which the digest follows: builds differ in it.
    package let sections: [Section]

    static let entryByteCount = 12

    static func read(from image: Span<UInt8>, table: GuidedTable?) -> Reading<SEVMetadata> {
        let header = MetadataHeader.read(
            "ASEV",
            named: GuidedTable.Name.sevMetadata,
            entryByteCount: entryByteCount,
            from: image,
            table: table,
        )
        switch header {
        case .absent: return .absent
        case .malformed(let fault): return .malformed(fault)
        case .present(let header): return .present(SEVMetadata(header, of: image))
        }
    }

    private init(_ header: MetadataHeader, of image: Span<UInt8>) {
        var sections: [Section] = []
        for entry in header.entries(of: Self.entryByteCount) {
            guard let address = image.uint32(at: entry), let size = image.uint32(at: entry + 4),
                let kind = image.uint32(at: entry + 8)
            else { break }
            sections.append(Section(address: address, byteCount: size, kind: Kind(kind)))
        }
        offset = header.offset
        self.sections = sections
    }
}

extension SEVMetadata {
    /// Why QEMU or the platform's firmware would not launch an SEV-SNP guest with this metadata.
    package enum Defect: Hashable, Sendable {
        case missing(Kind)
        /// SNP_LAUNCH_UPDATE refuses an empty section. Builds for TDX carry two of them.
        case empty(Section)
        case unaligned(Section)
        case beyondFourGiB(Section)
        case overlap(Section, Section)
        /// The section is where the image itself is mapped.
        case overlapsImage(Section)

        package var text: String {
            switch self {
            case .missing(let kind): "no \(kind.displayName) section"
            case .empty(let section): "\(section.kind.displayName) section without length"
            case .unaligned(let section): "\(section.description) is not made of whole 4 KiB pages"
            case .beyondFourGiB(let section): "\(section.description) ends above 4 GiB"
            case .overlap(let first, let second):
                "\(first.description) and \(second.description) overlap"
            case .overlapsImage(let section):
                "\(section.description) overlaps the firmware itself"
            }
        }
    }

    private static let required: [Kind] = [.preValidated, .secrets, .cpuid]
    private static let fourGiB: UInt64 = 1 << 32

    /// The first thing that is wrong, or `nil`.
    ///
    /// - Parameter imageByteCount: of the image that ends at 4 GiB.
    package func defect(imageByteCount: Int) -> Defect? {
        for kind in Self.required where !sections.contains(where: { $0.kind == kind }) {
            return .missing(kind)
        }
        for section in sections {
            if section.byteCount == 0 { return .empty(section) }
            if !(section.address | section.byteCount).isMultiple(of: 4096) {
                return .unaligned(section)
            }
            if section.end > Self.fourGiB { return .beyondFourGiB(section) }
            if section.end > Self.fourGiB - UInt64(clamping: imageByteCount) {
                return .overlapsImage(section)
            }
        }
        let ordered = sections.sorted { $0.address < $1.address }
        for (section, next) in zip(ordered, ordered.dropFirst()) where section.end > next.address {
            return .overlap(section, next)
        }
        return nil
    }
}

extension SEVMetadata.Section: CustomStringConvertible {
    /// `SNP_SEC_MEM section 0x800000-0x809000`
    package var description: String {
        "\(kind.displayName) section \(hexadecimal(address))"
            + "-\(hexadecimal(end))"
    }
}

/// Where the CPUs after the first start in an SEV-ES or SEV-SNP guest. QEMU puts it into their
/// initial state, so it is part of the launch digest.
package struct SEVResetBlock: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case table
        /// The block is alone in the footer's place, as in edk2 before edk2-stable202102.
        case standAlone
    }

    /// Zero means that this build does not support SEV-ES, and QEMU refuses it.
    package let address: UInt32
    package let origin: Origin

    package var instructionPointer: UInt64 { UInt64(address & 0xFFFF) }
    package var codeSegmentBase: UInt64 { UInt64(address & 0xFFFF_0000) }

    /// Looks in the table and, if it is not there, in the place of the table's footer, in
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

/// A part of the guest's memory that the image sets aside for the launch.
package struct GuestArea: Hashable, Sendable {
    /// What the table of kernel hashes takes, with the padding to a multiple of 16 that goes into
    /// the guest's memory with it (QEMU `target/i386/sev.c`, `PaddedSevHashTable`).
    package static let hashTableByteCount = 176

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

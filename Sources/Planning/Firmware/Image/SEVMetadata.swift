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

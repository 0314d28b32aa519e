/// Which parts of the image QEMU puts where before a TDX guest starts, in the order in which they
/// are measured.
///
/// Source: edk2 `OvmfPkg/ResetVector/X64/IntelTdxMetadata.asm`, QEMU `hw/i386/tdvf.c`.
package struct TDXMetadata: Hashable, Sendable {
    package struct Section: Hashable, Sendable {
        /// Where its bytes are in the image.
        package let dataOffset: UInt32
        /// How many bytes come from the image.
        package let rawByteCount: UInt32
        /// Guest physical address of the first byte.
        package let address: UInt64
        /// How many bytes it has in the guest's memory; what the image does not give is zero.
        package let memoryByteCount: UInt64
        package let kind: Kind
        package let attributes: Attributes
    }

    package enum Kind: Hashable, Sendable {
        /// Boot firmware volume: the code.
        case code
        /// Configuration firmware volume: the variable store.
        case configuration
        /// The hand-off block list that QEMU writes.
        case handOffBlocks
        case temporaryMemory
        /// Defined for other firmware (td-shim); QEMU refuses it.
        case other(UInt32)

        init(_ number: UInt32) {
            self =
                switch number {
                case 0: .code
                case 1: .configuration
                case 2: .handOffBlocks
                case 3: .temporaryMemory
                default: .other(number)
                }
        }

        package var displayName: String {
            switch self {
            case .code: "BFV"
            case .configuration: "CFV"
            case .handOffBlocks: "TD_HOB"
            case .temporaryMemory: "TEMP_MEM"
            case .other(let number): "type \(number)"
            }
        }
    }

    package struct Attributes: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// MR.EXTEND: the contents are part of MRTD, not only their place.
        package static let measured = Attributes(rawValue: 1)
        /// PAGE.AUG: the pages are added after the launch and never measured.
        package static let addedLater = Attributes(rawValue: 2)
    }

    /// Where the header starts in the image.
    package let offset: Int
    /// In the image's own order.
    package let sections: [Section]

    static let entryByteCount = 32
    /// QEMU: "Invalid number of fw entries".
    static let minimumEntryCount = 2

    static func read(from image: Span<UInt8>, table: GuidedTable?) -> Reading<TDXMetadata> {
        let header = MetadataHeader.read(
            "TDVF",
            named: GuidedTable.Name.tdxMetadata,
            entryByteCount: entryByteCount,
            from: image,
            table: table,
        )
        switch header {
        case .absent: return .absent
        case .malformed(let fault): return .malformed(fault)
        case .present(let header) where header.entryCount < minimumEntryCount:
            return .malformed(
                .tooFewEntries(found: header.entryCount, expected: minimumEntryCount)
            )
        case .present(let header): return .present(TDXMetadata(header, of: image))
        }
    }

    private init(_ header: MetadataHeader, of image: Span<UInt8>) {
        offset = header.offset
        sections = header.entries(of: Self.entryByteCount).compactMap { Section(at: $0, of: image) }
    }
}

extension TDXMetadata.Section {
    fileprivate init?(at entry: Int, of image: Span<UInt8>) {
        guard let dataOffset = image.uint32(at: entry),
            let rawByteCount = image.uint32(at: entry + 4),
            let address = image.uint64(at: entry + 8),
            let memoryByteCount = image.uint64(at: entry + 16),
            let kind = image.uint32(at: entry + 24),
            let attributes = image.uint32(at: entry + 28)
        else { return nil }
        self.dataOffset = dataOffset
        self.rawByteCount = rawByteCount
        self.address = address
        self.memoryByteCount = memoryByteCount
        self.kind = TDXMetadata.Kind(kind)
        self.attributes = TDXMetadata.Attributes(rawValue: attributes)
    }

    /// Where its bytes are in the image; may lie outside of it. No overflow: both are 32 bits wide.
    package var data: Range<Int> {
        Int(dataOffset)..<Int(dataOffset) + Int(rawByteCount)
    }
}

/// Which parts of the image QEMU puts into which places before a TDX guest starts, in the order in
/// which they are measured.
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

    /// Where its bytes are in the image; may be outside of it. No overflow: both are 32 bits wide.
    package var data: Range<Int> {
        Int(dataOffset)..<Int(dataOffset) + Int(rawByteCount)
    }
}

extension TDXMetadata {
    /// Why QEMU or the TDX module would not launch a guest with this metadata.
    package enum Defect: Hashable, Sendable {
        case missing(Kind)
        case unsupported(Section)
        /// More bytes from the image than there is memory for, bytes for a section that takes
        /// none, or none for one that needs them.
        case wrongRawSize(Section)
        case unaligned(Section)
        case beyondFourGiB(Section)
        /// A code-only file: the metadata describes the file that code and variable store make
        /// together. QEMU does not check this and reads after the end.
        case outsideImage(Section, imageByteCount: Int)
        /// The reset vector is not where the CPU starts.
        case codeNotBelowFourGiB(Section)
        /// What is measured as code is not the end of the file, where the CPU starts.
        case codeNotAtEnd(Section)
        case overlap(Section, Section)

        package var text: String {
            switch self {
            case .missing(let kind): "no \(kind.displayName) section"
            case .unsupported(let section): "QEMU does not know \(section.description)"
            case .wrongRawSize(let section):
                "\(section.description) takes \(section.rawByteCount) bytes from the image for"
                    + " \(section.memoryByteCount) bytes of memory"
            case .unaligned(let section): "\(section.description) is not made of whole 4 KiB pages"
            case .beyondFourGiB(let section): "\(section.description) ends above 4 GiB"
            case .outsideImage(let section, let imageByteCount):
                "\(section.description) is not in the file (expected \(section.data.upperBound)"
                    + " bytes or more, found \(imageByteCount))"
            case .codeNotBelowFourGiB(let section): "\(section.description) does not end at 4 GiB"
            case .codeNotAtEnd(let section): "\(section.description) is not the end of the file"
            case .overlap(let first, let second):
                "\(first.description) and \(second.description) overlap"
            }
        }
    }

    private static let required: [Kind] = [.code, .handOffBlocks]
    private static let fourGiB: UInt64 = 1 << 32

    /// The first thing that is wrong, or `nil`.
    package func defect(imageByteCount: Int) -> Defect? {
        for kind in Self.required where !sections.contains(where: { $0.kind == kind }) {
            return .missing(kind)
        }
        for section in sections {
            if let defect = section.defect(imageByteCount: imageByteCount) { return defect }
        }
        for section in sections where section.kind == .code && section.end != Self.fourGiB {
            return .codeNotBelowFourGiB(section)
        }
        for section in sections
        where section.kind == .code && section.data.upperBound != imageByteCount {
            return .codeNotAtEnd(section)
        }
        let ordered = sections.sorted { $0.address < $1.address }
        for (section, next) in zip(ordered, ordered.dropFirst()) where section.end > next.address {
            return .overlap(section, next)
        }
        return nil
    }
}

extension TDXMetadata.Section {
    /// One past the last byte; more than fits 64 bits is the largest number.
    package var end: UInt64 {
        let (sum, overflow) = address.addingReportingOverflow(memoryByteCount)
        return overflow ? .max : sum
    }

    fileprivate func defect(imageByteCount: Int) -> TDXMetadata.Defect? {
        if case .other = kind { return .unsupported(self) }
        if attributes.contains(.addedLater) { return .unsupported(self) }
        if !hasFittingRawSize { return .wrongRawSize(self) }
        if memoryByteCount == 0 || !(address | memoryByteCount).isMultiple(of: 4096) {
            return .unaligned(self)
        }
        if end > 1 << 32 { return .beyondFourGiB(self) }
        if data.upperBound > imageByteCount {
            return .outsideImage(self, imageByteCount: imageByteCount)
        }
        return nil
    }

    private var hasFittingRawSize: Bool {
        let needsBytes = kind == .code || kind == .configuration
        return needsBytes == (rawByteCount != 0) && rawByteCount <= memoryByteCount
            // Everything that is measured is from the image, so its digest can be computed in
            // advance.
            && (!attributes.contains(.measured) || UInt64(rawByteCount) == memoryByteCount)
    }
}

extension TDXMetadata.Section: CustomStringConvertible {
    /// `BFV section 0xffc84000-0x100000000`
    package var description: String {
        "\(kind.displayName) section \(hexadecimal(address))-\(hexadecimal(end))"
    }
}

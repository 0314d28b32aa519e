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
        /// A code-only file: the metadata speaks of the file that code and variable store make
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
            // What is measured is all from the image, so that its digest can be foretold.
            && (!attributes.contains(.measured) || UInt64(rawByteCount) == memoryByteCount)
    }
}

extension TDXMetadata.Section: CustomStringConvertible {
    /// `BFV section 0xffc84000-0x100000000`
    package var description: String {
        "\(kind.displayName) section \(hexadecimal(address: address))-\(hexadecimal(address: end))"
    }
}

extension SEVMetadata {
    /// Why QEMU or the platform's firmware would not launch an SEV-SNP guest with this metadata.
    package enum Defect: Hashable, Sendable {
        case missing(Kind)
        /// SNP_LAUNCH_UPDATE refuses an empty section. Builds for TDX carry two of them.
        case empty(Section)
        case unaligned(Section)
        case beyondFourGiB(Section)
        case overlap(Section, Section)
        /// The section lies where the image itself is mapped.
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
        "\(kind.displayName) section \(hexadecimal(address: UInt64(address)))"
            + "-\(hexadecimal(address: end))"
    }
}

/// An address as messages show it: `0x80b004`.
package func hexadecimal(address: UInt64) -> String {
    "0x" + String(address, radix: 16, uppercase: false)
}

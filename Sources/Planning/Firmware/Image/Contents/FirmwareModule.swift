/// A driver or application in the unpacked volumes.
package struct FirmwareModule: Hashable, Sendable {
    /// The file's GUID.
    package let identifier: GUID
    /// From its user interface section, as edk2's build writes it: `AmdSevDxe`.
    package let name: String
    /// Where its file's contents are in the unpacked bytes.
    let body: Range<Int>
}

/// One of the unpacked volumes.
package struct UnpackedVolume: Hashable, Sendable {
    package let name: GUID?
    /// In the order of the volume.
    package let modules: [FirmwareModule]

    /// The volumes side by side in unpacked bytes.
    ///
    /// - Parameter bytes: may end anywhere; a volume that is not wholly there is left out.
    static func volumes(in bytes: Span<UInt8>) -> [UnpackedVolume] {
        FileSection.sections(in: 0..<bytes.count, of: bytes).compactMap { section in
            guard section.kind == FileSection.Kind.volumeImage,
                case .sound(let volume) = VolumeHeader(at: section.body.lowerBound, of: bytes)
            else { return nil }
            return UnpackedVolume(volume, of: bytes)
        }
    }

    private init(_ volume: FlashVolume, of bytes: Span<UInt8>) {
        name = volume.name
        modules = FirmwareFile.files(in: volume, of: bytes).compactMap { file in
            let sections = FileSection.sections(in: file.body, of: bytes)
            let title = sections.first { $0.kind == FileSection.Kind.userInterface }
            return title.map {
                FirmwareModule(identifier: file.name, name: $0.text(of: bytes), body: file.body)
            }
        }
    }
}

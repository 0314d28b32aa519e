/// What the compressed part of an image holds.
package struct FirmwareContents: Hashable, Sendable {
    package let volumes: [UnpackedVolume]
    package let identity: BuildIdentity
    package let features: BuildFeatures

    package var modules: [FirmwareModule] { volumes.flatMap(\.modules) }

    package func contains(module name: String) -> Bool {
        volumes.contains { $0.modules.contains { $0.name == name } }
    }

    /// Unpacks all of it: about 16 MB, so a tenth of a second or two.
    ///
    /// - Returns: `nil` if the image has no compressed part in edk2's manner.
    package static func read(
        _ image: FirmwareImage,
        of bytes: Span<UInt8>,
    ) throws(ContentsFault) -> FirmwareContents? {
        guard let compressed = CompressedVolumes(in: image, of: bytes) else { return nil }
        let data = bytes.extracting(compressed.range)
        do throws(LZMAFault) {
            var decoder = try LZMADecoder(data, limit: CompressedVolumes.maximumByteCount)
            try decoder.decode(upTo: decoder.byteCount, from: data)
            return FirmwareContents(unpacked: decoder.output.span)
        } catch {
            throw .damaged(error)
        }
    }

    /// - Parameter bytes: what the compressed part unpacks to.
    package init(unpacked bytes: Span<UInt8>) {
        let volumes = UnpackedVolume.volumes(in: bytes)
        self.volumes = volumes
        identity = BuildIdentity(of: volumes, in: bytes)
        features = BuildFeatures(all: volumes)
    }
}

/// Why the compressed part of an image cannot be looked into. Firmware could not unpack it either:
/// the guest would reset for ever.
package enum ContentsFault: Failure, Hashable {
    case damaged(LZMAFault)

    package var message: String {
        switch self {
        case .damaged(.truncated): "the compressed firmware volume ends too early"
        case .damaged(.unknownProperties): "the compressed firmware volume is not LZMA"
        case .damaged(.corrupt): "the compressed firmware volume is damaged"
        }
    }

    package var hint: String? { "upload the image again" }
    package var exitStatus: ExitStatus { .imageRefused }
}

/// The part of an image that firmware unpacks when it starts, and that holds nearly all of it.
struct CompressedVolumes {
    /// The LZMA data in the image, header included.
    let range: Range<Int>

    /// EFI_CUSTOMIZED_DECOMPRESS with LZMA: edk2 `MdeModulePkg/Include/Guid/LzmaDecompress.h`.
    private static let lzma = GUID(0xEE4E_5898, 0x3914, 0x4259, 0x9D6E, 0xDC7B_D794_03CF)

    /// More than any build unpacks to; keeps a small hostile image from asking for all memory.
    static let maximumByteCount = 64 << 20

    /// `nil` if no volume of code holds such a section.
    init?(in image: FirmwareImage, of bytes: Span<UInt8>) {
        for volume in image.layout.volumes where volume.holdsCode {
            for file in FirmwareFile.files(in: volume, of: bytes)
            where file.kind == FirmwareFile.Kind.volumeImage {
                for section in FileSection.sections(in: file.body, of: bytes) {
                    guard let range = Self.data(of: section, of: bytes) else { continue }
                    self.range = range
                    return
                }
            }
        }
        return nil
    }

    /// After its own header, such a section has the GUID of its encoding and where its data is.
    private static func data(of section: FileSection, of bytes: Span<UInt8>) -> Range<Int>? {
        guard section.kind == FileSection.Kind.guided,
            bytes.guid(at: section.body.lowerBound) == lzma,
            let distance = bytes.uint16(at: section.body.lowerBound + 16).map(Int.init),
            section.start + distance >= section.body.lowerBound + 20,
            section.start + distance < section.body.upperBound
        else { return nil }
        return section.start + distance..<section.body.upperBound
    }
}

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
    /// - Parameter bytes: may end anywhere; an incomplete volume is left out.
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

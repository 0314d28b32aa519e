package import LZMA

/// What the compressed part of an image holds.
package struct FirmwareContents: Hashable, Sendable {
    package let volumes: [UnpackedVolume]
    package let identity: BuildIdentity
    package var features: BuildFeatures

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
        let contents: FirmwareContents
        do throws(LZMAFault) {
            var decoder = try LZMADecoder(data, limit: CompressedVolumes.maximumByteCount)
            try decoder.decode(upTo: decoder.byteCount, from: data)
            try decoder.finish(from: data)
            contents = FirmwareContents(unpacked: decoder.output.span)
        } catch {
            throw .damaged(error)
        }
        guard !contents.volumes.isEmpty || !compressed.isOfOVMF else { throw .noVolumes }
        return contents
    }

    /// - Parameter bytes: what the compressed part unpacks to.
    package init(unpacked bytes: Span<UInt8>) {
        let volumes = UnpackedVolume.volumes(in: bytes)
        self.volumes = volumes
        identity = BuildIdentity(of: volumes, in: bytes)
        var features = BuildFeatures(all: volumes)
        features.isFromBeforeSuspendFix = identity.stableRelease.map { $0 < 2023_08 }
        self.features = features
    }
}

/// What is damaged inside of an image whose volumes have sound headers. Firmware could not get past
/// it either: the guest would hang, or reset for ever.
package enum ContentsFault: Failure, Hashable {
    /// No jump in the reset vector leads to the code that OVMF puts before it.
    case resetVector
    /// The volume of the first phase has no file for its program.
    case noSecurityCore
    case securityCoreIsNoProgram
    /// The main volume has no file of volumes, or that file has no encoded section.
    case noCompressedSection
    /// The section is encoded in a way that no build of edk2 knows.
    case unknownEncoding(GUID)
    case damaged(LZMAFault)
    /// What it unpacks to is not firmware volumes.
    case noVolumes

    package var message: String {
        switch self {
        case .resetVector: "the reset vector is damaged, it leads to no code"
        case .noSecurityCore: "the first phase's program is missing from its volume"
        case .securityCoreIsNoProgram: "the first phase's program is damaged"
        case .noCompressedSection: "the main firmware volume holds no compressed volumes"
        case .unknownEncoding(let guid):
            "the main firmware volume is compressed in an unknown way (\(guid))"
        case .damaged(.truncated): "the compressed firmware volume ends too early"
        case .damaged(.unknownProperties): "the compressed firmware volume is not LZMA"
        case .damaged(.corrupt): "the compressed firmware volume is damaged"
        case .damaged(.wrongSize):
            "the compressed firmware volume is damaged, it is not of the size that it claims"
        case .noVolumes: "the compressed firmware volume does not unpack to firmware volumes"
        }
    }

    package var hint: String? { "upload the image again" }
    package var exitStatus: ExitStatus { .imageRefused }
}

/// The part of an image that firmware unpacks when it starts, and that holds nearly all of it.
struct CompressedVolumes {
    /// The LZMA data in the image, header included.
    let range: Range<Int>
    /// Whether OVMF's first phase will unpack them, which knows what has to be in them.
    let isOfOVMF: Bool

    /// EFI_CUSTOMIZED_DECOMPRESS with LZMA: edk2 `MdeModulePkg/Include/Guid/LzmaDecompress.h`.
    private static let lzma = GUID(0xEE4E_5898, 0x3914, 0x4259, 0x9D6E, 0xDC7B_D794_03CF)

    /// More than any build unpacks to; keeps a small hostile image from asking for all memory.
    static let maximumByteCount = 64 << 20

    /// Other encodings that edk2 has decoders for, and a build may include: Tiano's, Brotli, LZMA
    /// with x86's filter, and none but a CRC-32.
    private static let otherEncodings: Set<GUID> = [
        GUID(0xA312_80AD, 0x481E, 0x41B6, 0x95E8, 0x127F_4C98_4779),
        GUID(0x3D53_2050, 0x5CDA, 0x4FD0, 0x879E, 0x0F7F_630D_5AFB),
        GUID(0xD42A_E6BD, 0x1352, 0x4BFB, 0x909A, 0xCA72_A6EA_E889),
        GUID(0xFC1B_CDB0, 0x7D31, 0x49AA, 0x936A, 0xA460_0D9D_D083),
    ]

    /// Why firmware could not begin to unpack the section.
    static func fault(of section: FileSection, of bytes: Span<UInt8>) -> ContentsFault? {
        guard let encoding = bytes.guid(at: section.body.lowerBound) else {
            return .noCompressedSection
        }
        guard encoding == lzma else {
            return otherEncodings.contains(encoding) ? nil : .unknownEncoding(encoding)
        }
        guard let range = data(of: section, of: bytes) else { return .damaged(.truncated) }
        do throws(LZMAFault) {
            try LZMAHeader.check(bytes.extracting(range))
            return nil
        } catch {
            return .damaged(error)
        }
    }

    /// `nil` if no volume of code holds such a section.
    init?(in image: FirmwareImage, of bytes: Span<UInt8>) {
        isOfOVMF = FirstPhase(in: image.layout) != nil
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
    /// What its program is for; `nil` for one that is not for x86, or none.
    let mode: ProcessorMode?
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
            let program = sections.first(where: ExecutableHeader.isProgram)
            return title.map {
                FirmwareModule(
                    identifier: file.name,
                    name: $0.text(of: bytes),
                    mode: program.flatMap { ExecutableHeader(of: $0, in: bytes)?.mode },
                    body: file.body,
                )
            }
        }
    }
}

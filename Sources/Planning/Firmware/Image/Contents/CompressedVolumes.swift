/// The part of an image that firmware unpacks when it starts, and that holds nearly all of it.
struct CompressedVolumes {
    /// The LZMA data in the image, header included.
    let range: Range<Int>

    /// EFI_CUSTOMIZED_DECOMPRESS with LZMA: edk2 `MdeModulePkg/Include/Guid/LzmaDecompress.h`.
    private static let lzma = GUID(0xEE4E_5898, 0x3914, 0x4259, 0x9D6E, 0xDC7B_D794_03CF)

    /// More than any build unpacks to; keeps a small hostile image from asking for all memory.
    static let maximumByteCount = 64 << 20

    /// `nil` where no volume of code holds such a section.
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

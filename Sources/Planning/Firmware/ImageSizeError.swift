/// Why an image cannot be attached as planned, as far as its size tells.
package enum ImageSizeError: Failure {
    case notWholePages(image: String, byteCount: Int, multiple: Int, attachment: FirmwareAttachment)

    /// QEMU maps flash by pages of 4 KiB and takes `-bios` in units of 64 KiB (hw/i386/pc_sysfw.c,
    /// x86-common.c). Its raw driver rounds a shorter file up to 512 bytes and runs zeros.
    package static func check(
        _ byteCount: Int,
        of image: String,
        for attachment: FirmwareAttachment,
    ) throws(ImageSizeError) {
        let multiple = attachment == .bios ? 65_536 : 4_096
        guard byteCount > 0, byteCount % multiple == 0 else {
            throw .notWholePages(
                image: image,
                byteCount: byteCount,
                multiple: multiple,
                attachment: attachment,
            )
        }
    }

    package var message: String {
        switch self {
        case .notWholePages(let image, let byteCount, let multiple, let attachment):
            "firmware \(quoted(image)): wrong size for \(attachment == .bios ? "-bios" : "flash")"
                + " (expected a multiple of \(multiple) bytes, found \(byteCount))"
        }
    }

    package var hint: String? {
        switch self {
        case .notWholePages(_, _, _, .bios):
            "this guest needs the unified image, code and variable store in one file"
        case .notWholePages: "the file is cut short or no flash image"
        }
    }

    package var exitStatus: ExitStatus { .imageRefused }
}

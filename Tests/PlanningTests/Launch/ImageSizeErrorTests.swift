import Planning
import Testing

struct ImageSizeErrorTests {
    @Test(arguments: [
        (3_653_632, FirmwareAttachment.pflashDrive), (1_966_080, .pflashBlockdev),
        (4096, .pflashDrive),
        (4_194_304, .bios), (65_536, .bios),
    ])
    func `whole pages fit`(byteCount: Int, attachment: FirmwareAttachment) throws {
        try ImageSizeError.check(byteCount, of: "x", for: attachment)
    }

    @Test(arguments: [
        (3_653_632, FirmwareAttachment.bios), (3_653_532, .pflashDrive), (4095, .pflashBlockdev),
        (512, .pflashDrive), (0, .bios),
    ])
    func `anything else is refused`(byteCount: Int, attachment: FirmwareAttachment) {
        let error = #expect(throws: ImageSizeError.self) {
            try ImageSizeError.check(byteCount, of: "x", for: attachment)
        }
        #expect(error?.exitStatus == .imageRefused)
        #expect(error?.message.contains("found \(byteCount)") == true)
    }
}

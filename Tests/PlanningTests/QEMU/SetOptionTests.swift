import Planning
import Testing

struct SetOptionTests {
    @Test func `group, id and key end at the first two dots and the equals sign`() {
        let option = SetOption("drive.pf.file.filename=/a.b=c")
        #expect(option?.group == "drive")
        #expect(option?.identifier == "pf")
        #expect(option?.key == "file.filename")
        #expect(option?.value == "/a.b=c")
    }

    @Test(
        arguments: ["", "drive", "drive.pf", "drive.pf.file", "=", "..", "a.b=c"] as [ByteString]
    )
    func `what QEMU cannot parse is no change`(text: ByteString) {
        #expect(SetOption(text) == nil)
    }
}

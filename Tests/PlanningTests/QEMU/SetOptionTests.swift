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

    @Test(
        arguments: [
            ("drive.pf.file=/b", true), ("drive.pf.format=qcow2", true),
            ("drive.scsi0.file=/b", false),
            ("drive.scsi0.if=pflash", true), ("drive.scsi0.unit=0", true),
            ("device.l.addr=0", true),
            ("device.net0.mac=1", false), ("device.net0.driver=loader", true),
            ("global.x.value=y", true),
            ("add-fd.x.fd=9", true), ("chardev.c.path=/p", false),
        ] as [(ByteString, Bool)]
    )
    func `a change decides the firmware where it can reach a flash drive or a loader`(
        text: ByteString,
        decides: Bool
    ) {
        #expect(SetOption(text)?.decidesFirmware(flash: ["pf"], loaders: ["l"]) == decides)
    }
}

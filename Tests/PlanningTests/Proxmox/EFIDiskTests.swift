import Planning
import SystemPackage
import Testing

struct EFIDiskTests {
    @Test func `every property is read`() throws {
        let text =
            "local:100/vm-100-disk-0.raw,efitype=4m,format=raw,ms-cert=2023,pre-enrolled-keys=1"
            + ",size=528K"
        let disk = try EFIDisk(parsing: ByteString(text))
        #expect(try disk.source == .volume(VolumeID(parsing: "local:100/vm-100-disk-0.raw")))
        #expect(disk.variables == .large)
        #expect(disk.format == .raw)
        #expect(disk.microsoftCertificate == .from2023)
        #expect(disk.preEnrolledKeys)
        #expect(disk.size == "528K")
    }

    @Test func `what is left out is what Proxmox takes for it`() throws {
        let disk = try EFIDisk(parsing: "volume=/dev/vg0/vars")
        #expect(disk.source == .path("/dev/vg0/vars"))
        #expect(disk.variables == .small)
        #expect(disk.format == nil)
        #expect(!disk.preEnrolledKeys)
        #expect(disk.size == nil)
    }

    @Test func `template sizes are those of the firmware builds`() {
        #expect(VariableStoreSize.small.templateByteCount == 128 << 10)
        #expect(VariableStoreSize.large.templateByteCount == 528 << 10)
    }

    @Test(arguments: [
        ("", "'file' is missing"),
        ("efitype=4m", "'file' is missing"),
        ("vars.fd", "no storage named"),
        ("none", "no storage named"),
        ("local:x,efitype=8m", "expected '2m' or '4m', found '8m'"),
        ("local:x,format=raw2", "wrong value"),
        ("local:x,ms-cert=2024", "wrong value"),
        ("local:x,pre-enrolled-keys=2", "wrong value"),
        ("local:x,size=1.K", "wrong value"),
        ("local:x,size=-1", "wrong value"),
        ("local:x,cache=none", "unknown property 'cache'"),
        ("/dev/../etc/shadow", "without '..'"),
        ("local:x\0", "control character"),
        ("local:100/a=b.raw", "unknown property"),
    ])
    func `what Proxmox would not accept is refused`(text: String, part: String) throws {
        let error = try #require(throws: PropertyStringError.self) {
            try EFIDisk(parsing: ByteString(text))
        }
        #expect(error.message.contains(part), "\(error.message)")
    }

    @Test func `what is not UTF-8 is refused`() {
        let bytes = ByteString(Array("/dev/".utf8) + [0xFF])
        #expect(throws: PropertyStringError.notUTF8(bytes)) { try EFIDisk(parsing: bytes) }
    }
}

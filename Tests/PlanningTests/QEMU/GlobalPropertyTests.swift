import Planning
import Testing

struct GlobalPropertyTests {
    @Test(
        arguments: [
            ("driver=cfi.pflash01,property=drive,value=x", "cfi.pflash01", "drive"),
            ("property=drive,value=x,driver=cfi.pflash01", "cfi.pflash01", "drive"),
            ("driver=e1000,driver=cfi.pflash01,property=drive,value=x", "cfi.pflash01", "drive"),
            ("loader.addr=0", "loader", "addr"),
            ("PIIX4_PM.disable_s3=1", "PIIX4_PM", "disable_s3"),
            ("ICH9-LPC.acpi-pci-hotplug=off", "ICH9-LPC", "acpi-pci-hotplug"),
            // QEMU ends the driver at the first dot, and says that there is no class `cfi`.
            ("cfi.pflash01.drive=x", "cfi", "pflash01.drive"),
            // Story: the long form was tried first here and read another driver than QEMU does.
            ("loader.file=/b,driver=e1000,property=mac", "loader", "file"),
        ] as [(ByteString, ByteString, ByteString)]
    )
    func `driver and property are those that QEMU reads`(
        value: ByteString,
        driver: ByteString,
        property: ByteString
    ) {
        #expect(GlobalProperty(value)?.driver == driver)
        #expect(GlobalProperty(value)?.property == property)
    }

    @Test(arguments: ["", "a", "a.b", "driver=x", "property=x,value=y"] as [ByteString])
    func `what QEMU refuses is no property`(value: ByteString) {
        #expect(GlobalProperty(value) == nil)
    }
}

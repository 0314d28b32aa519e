import Planning
import Testing

struct FlashDriveTests {
    @Test(
        arguments: [
            ("-drive if=pflash,unit=0,file=a", [0]),
            ("-drive if=pflash,index=0,file=a", [0]),
            ("-drive if=pflash,unit=0x0 -drive if=pflash,unit=01", [0, 1]),
            ("-drive unit=1,if=pflash -drive if=pflash", [1, 0]),
            ("-drive if=pflash -drive if=pflash", [0, 1]),
            ("-pflash a -pflash b", [0, 1]),
            ("-pflash a -drive if=pflash,unit=1", [0, 1]),
            ("-drive if=none,if=pflash", [0]),
            ("-drive if=pflash,if=none", []),
            ("-drive if=pflash,unit=1,unit=0", [0]),
            ("-drive IF=pflash -drive if=PFLASH -drive pflash -drive if=none,id=pflash", []),
            ("-drive if=pflash,bus=0,unit=1", [1]),
            ("-hda if=pflash -cdrom if=pflash", []),
            ("-name -drive -drive if=pflash", [0]),
        ] as [(String, [UInt64])]
    )
    func `a flash drive has the unit that QEMU gives it`(words: String, units: [UInt64]) throws {
        #expect(
            try FlashDrive.all(in: QEMUCommandLine(commandLine(words: words))).map(\.unit) == units
        )
    }

    @Test(arguments: [
        "if=pflash,unit=x", "if=pflash,unit=", "if=pflash,unit=0,index=0", "if=pflash,bus=1",
        "if=pflash,unit=2", "if=pflash,index=7",
        // QEMU keeps the low 32 bits, so these are unit 0, and the next free one.
        "if=pflash,unit=4294967296", "if=pflash,unit=18446744073709551615", "if=pflash,unit=-1",
        "if=pflash,bus=4294967297",
    ])
    func `a flash drive whose unit is not plain is refused`(value: String) {
        #expect(throws: AttachmentError.self) {
            try FlashDrive.all(in: QEMUCommandLine(commandLine("-drive", ByteString(value))))
        }
    }

    @Test func `the file of -pflash is taken as it is, commas and all`() throws {
        let drives = try FlashDrive.all(
            in: QEMUCommandLine(commandLine("-pflash", "/a,if=none,,b"))
        )
        #expect(drives.map { $0.properties["file"] } == ["/a,if=none,,b"])
        #expect(drives.map(\.identifier) == [nil])
    }

    @Test func `a drive goes by its first id`() throws {
        let drives = try FlashDrive.all(
            in: QEMUCommandLine(commandLine("-drive", "if=pflash,id=a,id=b"))
        )
        #expect(drives.map(\.identifier) == ["a"])
    }

    @Test func `an option without its value is no drive`() throws {
        #expect(try FlashDrive.all(in: QEMUCommandLine(commandLine("-drive"))).isEmpty)
        #expect(try FlashDrive.all(in: QEMUCommandLine(commandLine("-pflash"))).isEmpty)
    }
}

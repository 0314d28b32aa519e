import Planning
import TestSupport
import Testing

struct KeyValueListTests {
    private func pairs(_ text: String, impliedKey: ByteString? = nil) -> [[ByteString]] {
        KeyValueList(ByteString(text), impliedKey: impliedKey).items.map { [$0.key, $0.value] }
    }

    @Test(
        arguments: [
            ("", []),
            ("a=b", [["a", "b"]]),
            ("a=b,c=d", [["a", "b"], ["c", "d"]]),
            ("a=b,", [["a", "b"]]),
            ("a=b,,c=d", [["a", "b,c=d"]]),
            ("a=b,,,c=d", [["a", "b,"], ["c", "d"]]),
            ("a=,,", [["a", ","]]),
            ("a=,b=", [["a", ""], ["b", ""]]),
            ("a=b=c", [["a", "b=c"]]),
            ("readonly", [["readonly", "on"]]),
            ("noreadonly", [["readonly", "off"]]),
            ("node-name", [["de-name", "off"]]),
            ("no", [["", "off"]]),
            (",a=b", [["", "on"], ["a", "b"]]),
            ("flag,,a=b", [["flag", "on"], ["", "on"], ["a", "b"]]),
            ("=x", [["", "x"]]),
            (" a = b ", [[" a ", " b "]]),
        ] as [(String, [[ByteString]])]
    )
    func `items are those of QEMU`(text: String, items: [[ByteString]]) {
        #expect(pairs(text) == items)
    }

    @Test(
        arguments: [
            ("q35", [["type", "q35"]]),
            ("q35,a=b", [["type", "q35"], ["a", "b"]]),
            ("a=b,q35", [["a", "b"], ["q35", "on"]]),
            ("type=pc", [["type", "pc"]]),
            ("no", [["type", "no"]]),
            (",a=b", [["type", ""], ["a", "b"]]),
        ] as [(String, [[ByteString]])]
    )
    func `only a first item without equals sign takes the implied key`(
        text: String,
        items: [[ByteString]]
    ) {
        #expect(pairs(text, impliedKey: "type") == items)
    }

    @Test func `the last value of a key counts, the first id does`() {
        let list = KeyValueList("if=none,id=a,if=pflash,id=b")
        #expect(list["if"] == "pflash")
        #expect(list.identifier == "a")
        #expect(list["absent"] == nil)
    }

    @Test(arguments: [
        ("a=b", "a=new"),
        ("a=b,c=d", "a=new,c=d"),
        ("a=b,x=1,a=c", "x=1,a=new"),
        ("x=1", "x=1,a=new"),
        ("", "a=new"),
        // A comma at the end would turn the new item into a part of the last value.
        ("x=1,", "x=1,a=new"),
        ("x=1,,,", "x=1,,,a=new"),
        ("a", "a=new"),
        ("noa", "a=new"),
        ("x=,,y,a=b,,c,z", "x=,,y,a=new,z"),
    ])
    func `setting a key leaves one of it, and every other item as it was`(
        text: String,
        expected: String
    ) {
        #expect(KeyValueList(ByteString(text)).setting("a", to: "new") == ByteString(expected))
    }

    @Test func `a set value reads back, commas and all`() {
        let value: ByteString = ",a,,b=c,,,"
        let text = KeyValueList("x=1").setting("file", to: value)
        #expect(text == "x=1,file=,,a,,,,b=c,,,,,,")
        #expect(KeyValueList(text)["file"] == value)
    }

    @Test(arguments: [
        ("a=1,b=2,c=3", "a=1,c=3"),
        ("b=2", ""),
        ("b=2,b=3,a=x,,y", "a=x,,y"),
        // Story: with the empty item kept, its two commas became one inside the value before.
        ("a=1,b,,c=3", "a=1,c=3"),
    ])
    func `removing a key leaves the bytes of all others`(text: String, expected: String) {
        #expect(KeyValueList(ByteString(text)).removing { $0.key == "b" } == ByteString(expected))
    }

    @Test func `removed, set and kept items mean what they meant, for any bytes`() {
        var numbers = SplitMix(seed: 1)
        let alphabet = Array("ab=,,n".utf8) + [0xFF]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &numbers)
            let bytes = (0..<count).compactMap { _ in alphabet.randomElement(using: &numbers) }
            let list = KeyValueList(ByteString(bytes))
            let kept = list.items.filter { $0.key != "a" && !$0.range.isEmpty }
            let removed = KeyValueList(list.removing { $0.key == "a" })
            #expect(removed.items.map(\.key) == kept.map(\.key), "\(list.text)")
            #expect(removed.items.map(\.value) == kept.map(\.value), "\(list.text)")
            let set = KeyValueList(list.setting("a", to: ",x"))
            #expect(set.items.filter { $0.key == "a" }.map(\.value) == [",x"], "\(list.text)")
            #expect(set.items.count == kept.count + 1, "\(list.text)")
        }
    }

    /// Found by fuzzing: without what stood before it, a word became the value of the implied key.
    @Test(arguments: [
        ("pflash0=p,q35", "q35=on"), ("pflash0=p,nousb,a=1", "usb=off,a=1"),
        ("q35,pflash0=p", "q35"), ("pflash0=p,type=q35", "type=q35"),
        (",pflash0=p,usb", "type=,usb"),
    ])
    func `a word that comes first by an edit keeps its meaning`(
        text: String,
        expected: String,
    ) {
        let list = KeyValueList(ByteString(text), impliedKey: "type")
        let edited = list.removing { $0.key == "pflash0" }
        #expect(edited == ByteString(expected))
        #expect(KeyValueList(edited, impliedKey: "type")["type"] == list["type"])
    }
}

struct QEMUValueTests {
    @Test(arguments: [
        ("0", 0), ("7", 7), ("0x0", 0), ("0X1f", 31), ("01", 1), ("010", 8), ("00", 0), ("+4", 4),
        (" \t\n4", 4), (" +0x4", 4), ("18446744073709551615", UInt64.max),
        ("0xffffffffffffffff", UInt64.max),
    ])
    func `a number is read as strtoull reads it`(text: String, value: UInt64) {
        #expect(QEMUValue.number(ByteString(text)) == value)
    }

    @Test(arguments: [
        "", " ", "+", "-1", "-0", "++1", "+-1", "0x", "0x+5", "0x-5", "0+7", "08", "1 ", "1k",
        "0b1", "18446744073709551616", "0x10000000000000000", "one", "١", "1_000",
    ])
    func `what QEMU refuses is no number`(text: String) {
        #expect(QEMUValue.number(ByteString(text)) == nil)
    }

    @Test func `bytes that are not text are neither a number nor a truth value`() {
        #expect(QEMUValue.number(ByteString([0x31, 0xFF])) == nil)
        #expect(QEMUValue.truth(ByteString([0xFF])) == nil)
    }

    @Test(
        arguments: [
            ("on", true), ("yes", true), ("true", true), ("y", true), ("off", false), ("no", false),
            ("false", false), ("n", false), ("", nil), ("ON", nil), ("1", nil), ("on ", nil),
        ] as [(String, Bool?)]
    )
    func `a truth value is one of eight words`(text: String, value: Bool?) {
        #expect(QEMUValue.truth(ByteString(text)) == value)
    }

    @Test(
        arguments: [
            ("540672", 540_672), ("0x84000", 540_672), ("128K", 131_072), ("1g", 1_073_741_824),
            ("0.125M", 131_072), ("1.5k", 1536), ("1.0", 1), ("1.", 1), ("0.0001K", 0),
            ("1.5", nil), ("1.5B", nil), (".5M", nil), ("1.5MM", nil), ("1.2.3M", nil),
            ("16E", nil), ("", nil), ("M", nil), ("-1", nil),
        ] as [(ByteString, UInt64?)]
    )
    func `a size may have a unit, and then a fraction`(text: ByteString, byteCount: UInt64?) {
        #expect(QEMUValue.byteCount(text) == byteCount)
    }
}

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

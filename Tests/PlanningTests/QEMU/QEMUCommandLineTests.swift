import Planning
import TestSupport
import Testing

/// One view of the options, however they are written.
struct QEMUCommandLineTests {
    private func stated(_ words: [ByteString], files: SettingsFiles = .none) -> QEMUCommandLine {
        QEMUCommandLine(ArgumentVector(["qemu"] + words), files: files)
    }

    private func settings(_ text: String) -> SettingsFiles {
        let file = SettingsFile(path: "/s", bytes: Array(text.utf8))
        return SettingsFiles(defaultFile: nil, included: ["/s": file])
    }

    /// Each states a drive whose file is `/d` and whose rings are the kernel's.
    @Test(
        arguments: [
            ["-drive", "file=/d,aio=io_uring"], ["-drive", "file.filename=/d,file.aio=io_uring"],
            ["-drive", #"file=json:{"filename":"/d",,"aio":"io_uring"}"#],
            ["-hda", #"json:{"filename":"/d","aio":"io_uring"}"#],
            [#"json:{"filename":"/d","aio":"io_uring"}"#],
            ["-blockdev", #"{"driver":"raw","file":{"filename":"/d","aio":"io_uring"}}"#],
            ["-blockdev", "driver=raw,file.filename=/d,file.aio=io_uring"],
            ["-drive", "id=d,file=/d", "-set", "drive.d.aio=io_uring"],
            ["-drive", #"file=json:{"file":"json:{'filename':'/d',,'aio':'io_uring'}"}"#],
        ] as [[ByteString]]
    )
    func `a drive is the same however it is written`(words: [ByteString]) throws {
        let option = try #require(stated(words).options.first)
        #expect(option.anyValue(of: "aio") { $0 == "io_uring" })
        #expect(option.anyValue(of: "filename") { $0 == "/d" } || option["file"] == "/d")
        #expect(option.problem == nil)
    }

    @Test func `a file of settings stands where it is named`() {
        let files = settings("[drive \"a\"]\n file = \"/a\"\n[smp-opts]\n cpus = \"2\"\n")
        let line = stated(["-m", "1", "-readconfig", "/s", "-name", "x"], files: files)
        #expect(line.options.map(\.name) == ["m", "readconfig", "drive", "smp", "name"])
        #expect(line.options[2].identifier == "a")
        #expect(line.quote(line.options[2], at: "file") == #"/s line 2: '[drive] file = "/a"'"#)
    }

    @Test func `the default file comes before all words`() {
        let file = SettingsFile(path: "/etc/q", bytes: Array("[machine]\n type = \"q35\"".utf8))
        let files = SettingsFiles(defaultFile: file, included: [:])
        let line = stated(["-M", "usb=on"], files: files)
        #expect(line.options.map(\.name) == ["machine", "machine"])
        #expect(MachineOptions(line)["type"] == "q35")
        #expect(MachineOptions(line)["usb"] == "on")
    }

    @Test func `a late change is one of the option that it names, from files too`() {
        let files = settings("[drive \"a\"]\n if = \"none\"\n")
        let line = stated(["-readconfig", "/s", "-set", "drive.a.if=pflash"], files: files)
        #expect(line.options[1]["if"] == "pflash")
        #expect(line.quote(line.options[1], at: "if") == "'-set drive.a.if=pflash'")
        // Options in JSON are out of its reach.
        let json = stated(["-device", #"{"driver":"e1000","id":"a"}"#, "-set", "device.a.x=1"])
        #expect(json.options.map(\.problem) == [nil, .noTarget])
    }

    @Test func `lists in JSON and in dotted keys are the same`() {
        let json = stated(["-object", #"{"qom-type":"x","host-nodes":[0,3]}"#])
        let dotted = stated(["-object", "x,host-nodes.0=0,host-nodes.1=3"])
        #expect(json.options.first?["host-nodes.1"] == "3")
        #expect(dotted.options.first?["host-nodes.1"] == "3")
    }

    @Test(
        arguments: [
            ("host", [:]),
            ("qemu64,+aes,-avx,pcid=off", ["aes": "on", "avx": "off", "pcid": "off"]),
            ("qemu64,nodeid-msr", ["nodeid-msr": "on"]),
            ("a,memory=/x,y", ["memory": "/x", "y": "on"]),
        ] as [(ByteString, [ByteString: ByteString])]
    )
    func `what a processor is told is read as QEMU reads it`(
        value: ByteString,
        properties: [ByteString: ByteString],
    ) throws {
        let option = try #require(stated(["-cpu", value]).options.first)
        for (key, value) in properties { #expect(option[key] == value) }
        #expect(option.properties.count == properties.count + 1)
    }
}

struct QEMUConfigurationFileTests {
    private func settings(_ text: String) -> [String] {
        QEMUConfigurationFile(Array(text.utf8), path: "/c").sections.flatMap { section in
            section.settings.map {
                "\($0.line) \(section.group.escaped)/\(section.identifier?.escaped ?? "") "
                    + "\($0.key.escaped)=\($0.value.escaped)"
            }
        }
    }

    @Test(arguments: [
        ("[machine]\n firmware = \"e.fd\"\n", ["2 machine/ firmware=e.fd"]),
        ("[drive \"x\"]\n\n# note\n  if = \"pflash\"", ["4 drive/x if=pflash"]),
        ("[machine]\n\ttype=\t\"q35\"\n", []),
        ("[machine]\n type = \"q35\" # note\n", ["2 machine/ type=q35"]),
        ("[machine]\n append = \"\"\n", ["2 machine/ append="]),
        ("[machine]\n kernel = \"a=b c\"\n", ["2 machine/ kernel=a=b c"]),
        ("[machine]\r\n firmware = \"e\"\r\n", ["2 machine/ firmware=e"]),
        ("# if = \"pflash\"\n", []), ("", []), ("\n\n", []), ("no settings here", []),
        ("[machine]\n firmware = e.fd\n", []), ("[]\n a = \"b\"", []),
    ])
    func `settings are read with their group and line`(text: String, expected: [String]) {
        #expect(settings(text) == expected)
    }

    /// Stories, each seen in QEMU 7.2: it took the setting, and we had passed it over.
    @Test(arguments: [
        // fgets takes 1023 bytes of a line; what follows is a line of its own.
        ("#" + String(repeating: "x", count: 1022) + "[machine]\n firmware = \"e\"\n", "machine"),
        // sscanf's blank is any blank.
        ("[drive\t\"x\"]\n firmware = \"e\"\n", "drive"),
        ("[drive\u{B}\"x\"]\n firmware = \"e\"\n", "drive"),
        // sscanf does not ask for what stands behind its last conversion.
        ("[chardev \"c\"]\n[drive \"x\"\n firmware = \"e\"\n", "drive"),
        ("[machine]trailing\n firmware = \"e\"trailing\n", "machine"),
        // A combining mark makes one Swift character of itself and the bracket.
        ("[machine]\u{301}\n firmware = \"e\"\u{301}\n", "machine"),
        // A C string ends at NUL.
        ("[machine]\0x\n firmware = \"e\0z\"\n", "machine"),
    ])
    func `what QEMU reads in odd places is read`(text: String, group: String) {
        let file = QEMUConfigurationFile(Array(text.utf8), path: "/c")
        let last = file.sections.last
        #expect(last?.settings.map(\.key) == ["firmware"])
        #expect(last?.group == ByteString(group))
        #expect(last?.settings.map(\.value) == ["e"])
    }

    @Test func `random bytes are read without trapping`() {
        var numbers = SplitMix(seed: 5)
        let alphabet = Array("[]\"=# ab\n\t\0".utf8) + [0xFF, 0xCC, 0x81]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &numbers)
            let bytes = (0..<count).compactMap { _ in alphabet.randomElement(using: &numbers) }
            let file = QEMUConfigurationFile(bytes, path: "/c")
            let settings = file.sections.flatMap(\.settings)
            #expect(settings.allSatisfy { $0.line >= 1 && !$0.key.isEmpty })
        }
    }

    /// QEMU refuses the whole file for one.
    @Test(arguments: [
        ("no settings here", 1), ("[machine]\n\ttype=\t\"q35\"\n", 2), ("a = \"b\"\n", 1),
        ("[machine]\n\n \n", 3), ("[]\n", 1),
    ])
    func `a line that QEMU would not understand is known`(text: String, line: Int) {
        #expect(QEMUConfigurationFile(Array(text.utf8), path: "/c").brokenLine == line)
    }
}

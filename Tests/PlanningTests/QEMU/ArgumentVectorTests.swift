import Planning
import TestSupport
import Testing

struct ArgumentVectorTests {
    @Test(arguments: ["-bios", "--bios"])
    func `an option stands behind one dash or two`(word: String) {
        let vector = commandLine(ByteString(word), "a.fd")
        #expect(vector.all("bios").map(\.value) == ["a.fd"])
    }

    @Test(arguments: ["-", "--", "---bios", "-bios=a.fd", "-BIOS", "-bio", "-bios ", "- bios"])
    func `what is not exactly an option's name is an unknown option without value`(word: String) {
        let vector = commandLine(ByteString(word), "a.fd")
        #expect(vector.options.map(\.origin) == [nil])
        #expect(vector.options.map(\.value) == [nil])
        #expect(!vector.has("bios"))
    }

    @Test func `a value is the next word, even where it looks like an option`() {
        let vector = commandLine("-name", "-bios", "-bios", "-version", "-S")
        #expect(vector.options.map(\.name) == ["name", "bios", "S"])
        #expect(vector.options.map(\.value) == ["-bios", "-version", nil])
    }

    @Test func `two dashes do not end the options`() {
        #expect(commandLine("--", "-bios", "a.fd").all("bios").map(\.value) == ["a.fd"])
    }

    @Test func `an option that takes no value leaves the next word alone`() {
        let vector = commandLine("-daemonize", "disk.img", "-S")
        #expect(vector.options.map(\.name) == ["daemonize", "S"])
        #expect(vector.options.map(\.range) == [1..<2, 3..<4])
    }

    @Test func `a missing value is nil, and the option is one word long`() {
        let vector = commandLine("-S", "-bios")
        #expect(vector.all("bios").map(\.value) == [nil])
        #expect(vector.all("bios").map(\.range) == [2..<3])
    }

    @Test func `an empty word is a value or a disk image, never an option`() {
        let vector = commandLine("", "-bios", "", "")
        #expect(vector.options.map(\.range) == [2..<4])
        #expect(vector.all("bios").map(\.value) == [""])
    }

    @Test func `the program's name is no option, whatever it looks like`() {
        #expect(ArgumentVector(["-bios", "a.fd"]).options.isEmpty)
        #expect(ArgumentVector([]).options.isEmpty)
    }

    @Test func `M and h go by their long names`() {
        #expect(commandLine("-M", "q35", "-h").options.map(\.name) == ["machine", "help"])
    }

    @Test func `options of Proxmox and of the launcher take a value`() {
        let vector = commandLine(
            "-id",
            "100",
            "-loadstate",
            "s",
            "--efi-firmware",
            "local:efi-firmware/a.fd",
            "-efidisk0",
            "local:1/a.raw",
            "-launcher-config",
            "/c"
        )
        #expect(
            vector.options.map(\.origin) == [.proxmox, .proxmox, .launcher, .launcher, .launcher]
        )
        #expect(vector.options.allSatisfy { $0.value != nil })
    }

    @Test func `bytes that are not text are kept and found`() {
        let odd = ByteString([0xFF, 0x2C, 0xFE])
        let vector = commandLine("-bios", odd, ByteString([0x2D, 0xFF]))
        #expect(vector.all("bios").map(\.value) == [odd])
        #expect(vector.options.last?.origin == nil)
    }

    @Test func `an option is quoted as a person would write it`() throws {
        let vector = commandLine("--bios", "a\nb")
        let option = try #require(vector.options.first)
        #expect(vector.quote(option) == #"'--bios a\nb'"#)
    }

    @Test func `the drive of an id is the first with it, of any interface`() {
        let vector = commandLine("-drive", "if=none,id=a", "-drive", "id=b,id=a,if=pflash")
        #expect(vector.drive(id: "b")?.index == 3)
        #expect(vector.drive(id: "a")?.index == 1)
        #expect(vector.drive(id: "c") == nil)
    }
}

struct ArgumentEditsTests {
    private let vector = commandLine("-bios", "a", "disk", "-S", "--drive", "x")

    private func option(_ name: String) throws -> ArgumentVector.Option {
        try #require(vector.all(name).first)
    }

    @Test func `without edits every word stays`() {
        #expect(ArgumentEdits().applied(to: vector) == vector.arguments)
    }

    @Test func `a new value keeps the option's own word`() throws {
        var edits = ArgumentEdits()
        edits.replaceValue(of: try option("drive"), with: "y")
        #expect(edits.applied(to: vector) == ["kvm", "-bios", "a", "disk", "-S", "--drive", "y"])
    }

    @Test func `an option goes with its value, and a flag alone`() throws {
        var edits = ArgumentEdits()
        edits.remove(try option("bios"))
        edits.remove(try option("S"))
        #expect(edits.applied(to: vector) == ["kvm", "disk", "--drive", "x"])
    }

    @Test func `other words take an option's place`() throws {
        var edits = ArgumentEdits()
        edits.replace(try option("bios"), with: ["-drive", "if=pflash"])
        #expect(
            edits.applied(to: vector) == [
                "kvm", "-drive", "if=pflash", "disk", "-S", "--drive", "x",
            ]
        )
    }

    @Test func `new options stand behind the program's name, in their order`() throws {
        var edits = ArgumentEdits()
        edits.insert("-bios", "b")
        edits.insert("-name", "c")
        edits.remove(try option("bios"))
        #expect(
            edits.applied(to: vector) == [
                "kvm", "-bios", "b", "-name", "c", "disk", "-S", "--drive", "x",
            ]
        )
    }

    @Test func `a value that is missing is not made up`() throws {
        let cut = commandLine("-bios")
        var edits = ArgumentEdits()
        edits.replaceValue(of: try #require(cut.options.first), with: "b")
        #expect(edits.applied(to: cut) == ["kvm", "-bios"])
    }
}

struct ForegroundCommandLineTests {
    private static let headless: [ByteString] = ["-display", "none"]

    @Test(
        arguments: [
            (
                ["kvm", "-daemonize", "-m", "1"],
                ["kvm", "-m", "1", "-serial", "mon:stdio"] + Self.headless
            ),
            (["kvm", "-serial", "none"], ["kvm", "-serial", "none"] + Self.headless),
            (["kvm", "-nographic", "--daemonize"], ["kvm", "-nographic"]),
            (
                ["kvm", "-chardev", "stdio,id=a"],
                ["kvm", "-chardev", "stdio,id=a"] + Self.headless
            ),
            (["kvm", "-monitor", "stdio"], ["kvm", "-monitor", "stdio"] + Self.headless),
            // What has a place for the picture keeps it.
            (
                ["kvm", "-display", "gtk", "-serial", "none"],
                ["kvm", "-display", "gtk", "-serial", "none"]
            ),
            (
                ["kvm", "--vnc", ":1", "-serial", "none"],
                ["kvm", "--vnc", ":1", "-serial", "none"]
            ),
            (
                ["kvm", "-spice", "port=1", "-serial", "none"],
                ["kvm", "-spice", "port=1", "-serial", "none"]
            ),
            (
                ["kvm", "-chardev", "socket,id=stdio,path=/x"],
                ["kvm", "-chardev", "socket,id=stdio,path=/x", "-serial", "mon:stdio"]
                    + Self.headless
            ),
            // The value of another option, not an option.
            (
                ["kvm", "-name", "-daemonize"],
                ["kvm", "-name", "-daemonize", "-serial", "mon:stdio"] + Self.headless
            ),
        ] as [([ByteString], [ByteString])]
    )
    func `QEMU stays on the terminal`(before: [ByteString], after: [ByteString]) {
        #expect(ForegroundCommandLine(before, withSerial: true).words == after)
    }

    @Test func `without a serial port it only stays in the foreground`() {
        let line = ForegroundCommandLine(["kvm", "-daemonize"], withSerial: false)
        #expect(line.words == ["kvm"] + Self.headless)
    }
}

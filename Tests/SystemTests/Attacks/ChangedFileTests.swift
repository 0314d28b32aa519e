import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// What was read is what QEMU reads: a configuration file that changes after the launcher's look
/// changes nothing.
@Suite(.launching, .needsProducts, .needsFirmware)
struct ChangedFileTests {
    private static let honest = "[object \"s\"]\n  qom-type = \"secret\"\n  data = \"x\"\n"
    /// The flash device would win over other firmware; a loader wins over the flash.
    private static let evil = """
        [device]
          driver = "loader"
          file = "$vector"
          addr = "0xfffffff0"
          force-raw = "on"

        """
    private static let nobody: uid_t = 65_534

    @Test func `QEMU gets a sealed copy of each configuration file, and no other file`()
        async throws
    {
        let store = try StagedHost()
        try AttackFiles.write(["conf": Self.honest, "second": Self.honest], in: store)
        let keys = Pipe()
        var request = store.launcher(
            StagedHost.firmware + [
                "-readconfig", ByteString("\(store.path)/conf"), "-m", "1",
                "-readconfig", ByteString("\(store.path)/second"),
            ]
        )
        request.descriptors[0] = keys.fileHandleForReading.fileDescriptor
        var child = try Child(request)
        try keys.fileHandleForReading.close()
        let report = try #require(try await eventually { try store.report() })
        #expect(report.arguments.contains("-no-user-config"))
        let places = report.arguments.indices.filter { report.arguments[$0] == "-readconfig" }
        #expect(places.count == 2)
        for place in places {
            let value = report.arguments[place + 1].escaped
            let number = try #require(Int32(value.trimmingPrefix("/proc/self/fd/")), "\(value)")
            let descriptor = try #require(report.descriptors[number])
            #expect(descriptor.target.hasPrefix("/memfd:"))
            #expect(descriptor.flags & O_ACCMODE == O_RDONLY)
            let path = "/proc/\(child.id)/fd/\(number)"
            let file = try check(unsafe open(path, O_RDONLY | O_CLOEXEC))
            defer { close(file) }
            // F_GET_SEALS, and all seals of linux/fcntl.h that keep bytes as they are.
            #expect(fcntl(file, 1034) & 0xF == 0xF)
            #expect(try read(path) == Data(Self.honest.utf8))
        }
        try keys.fileHandleForWriting.close()
        #expect(try await child.wait() == .status(0))
    }

    @Test func `QEMU's own configuration is not read where firmware was asked for`() async throws {
        let store = try StagedHost()
        let report = try await store.launch(store.launcher(StagedHost.firmware + ["-m", "1"]))
        #expect(report.arguments.filter { $0 == "-no-user-config" }.count == 1)
    }

    /// A file that others may write to, or a way to it that they may change.
    struct Untrusted: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let spoil: @Sendable (StagedHost) throws -> Void
    }

    private static let untrusted = [
        Untrusted(testDescription: "a file that all may write to") {
            try change("\($0.path)/folder/conf", mode: 0o666)
        },
        Untrusted(testDescription: "a file that its group may write to") {
            try change("\($0.path)/folder/conf", mode: 0o664)
        },
        Untrusted(testDescription: "a file of nobody's") {
            try check(unsafe chown("\($0.path)/folder/conf", nobody, 0))
        },
        Untrusted(testDescription: "a folder that all may write to") {
            try change("\($0.path)/folder", mode: 0o777)
        },
        Untrusted(testDescription: "a folder of nobody's") {
            try check(unsafe chown("\($0.path)/folder", nobody, 0))
        },
        Untrusted(testDescription: "a link in a folder of nobody's") {
            try move("\($0.path)/folder/conf", to: "\($0.path)/elsewhere")
            try link("\($0.path)/folder/conf", to: "\($0.path)/elsewhere")
            try check(unsafe chown("\($0.path)/folder", nobody, 0))
        },
    ]

    @Test(.needsRoot, .needsQEMU, arguments: untrusted)
    func `a configuration file that others could change is refused by name`(
        untrusted: Untrusted
    ) async throws {
        let store = try StagedHost()
        try AttackFiles.write([:], in: store)
        try makeDirectory("\(store.path)/folder")
        try write(Data(Self.honest.utf8), to: "\(store.path)/folder/conf", mode: 0o644)
        let words: [ByteString] = ["-readconfig", ByteString("\(store.path)/folder/conf")]

        // As it is, there is nothing to say.
        #expect(try await run(store.launcher(StagedHost.firmware + words)).end == .status(0))
        try remove("\(store.program).report")
        try remove("\(store.program).image")

        try untrusted.spoil(store)
        let outcome = try await run(store.launcher(StagedHost.firmware + words))
        #expect([.status(64), .status(77)].contains(outcome.end), "\(outcome)")
        #expect(outcome.complaints.first?.contains("\(store.path)/folder") == true)
        #expect(try store.report() == nil)
    }

    /// An option with a file, and two files: the launcher's look finds one, QEMU's the other.
    struct Flip: CustomTestStringConvertible, Sendable {
        let option: ByteString
        let honest: String
        let evil: String

        var testDescription: String { option.escaped }
    }

    private static let flips = [
        Flip(option: "-readconfig", honest: "honest", evil: "evil"),
        Flip(option: "-kernel", honest: "linux", evil: "multiboot"),
    ]

    /// Its owner sets it to and fro while VMs start.
    @Test(.needsRoot, .needsQEMU, arguments: flips)
    func `a link that is set to and fro brings no other firmware`(flip: Flip) async throws {
        let attack = Attack(
            "",
            [],
            files: ["honest": Self.honest, "evil": Self.evil],
            .either,
            .beatsFlash
        )
        let scene = try AttackScene(attack, on: .q35)
        let (store, pinned) = (scene.store, try scene.pinned)
        let folder = "\(store.path)/folder"
        try makeDirectory(folder)
        let file = "\(folder)/file"
        let targets = ["\(store.path)/\(flip.evil)", "\(store.path)/\(flip.honest)"]
        try link(file, to: targets[0])
        let words = FlashLook.options(store) + [flip.option, ByteString(file)]
        let alone = try await FlashLook(
            Child.Request(
                program: Machine.qemu,
                arguments: [Machine.qemuName, "-pflash", ByteString(store.image)] + words
            ),
            store,
            byteCount: pinned.count
        )
        guard case .started(let flash, _) = alone else {
            Issue.record("QEMU alone: \(alone)")
            return
        }
        #expect(flash != pinned)

        try check(unsafe chown(folder, Self.nobody, 0))
        let flipping = Task {
            var round = 0
            while !Task.isCancelled {
                round += 1
                try link("\(file).\(round)", to: targets[round % 2])
                // The name is always there.
                try move("\(file).\(round)", to: file)
                try await Task.sleep(for: .milliseconds(Int.random(in: 3...40)))
            }
        }
        defer { flipping.cancel() }
        for _ in 0..<24 {
            let request = store.launcher(
                StagedHost.firmware + words,
                calledAs: Machine.qemuName
            )
            let look = try await FlashLook(request, store, byteCount: pinned.count)
            look.expectSafe(pinned)
        }
    }
}

/// `-snapshot` puts a temporary file over every drive, the verified image's as well: what is in
/// there is nobody's pin.
@Suite(.launching, .needsProducts, .needsFirmware)
struct SnapshotTests {
    private static let commandLines: [[ByteString]] = [
        ["-snapshot"],
        ["-snapshot", "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd"],
        [
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd,snapshot=on",
        ],
        [
            "-drive",
            "snapshot=off,if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd,snapshot=on",
            "-snapshot",
        ],
        ["-pflash", "/nowhere/CODE.fd", "-snapshot"],
    ]

    @Test(arguments: commandLines)
    func `the image's drive has none`(words: [ByteString]) async throws {
        let store = try StagedHost()
        let report = try await store.launch(store.launcher(StagedHost.firmware + words))
        let number = try store.imageNumber(in: report)
        let drive = try #require(
            report.arguments.map(\.escaped).first { $0.contains("/proc/self/fd/\(number)") }
        )
        // The last word counts.
        let settings = drive.split(separator: ",").filter { $0.hasPrefix("snapshot=") }
        #expect(settings.last == "snapshot=off", "\(drive)")
    }

    @Test(.needsQEMU, arguments: commandLines, Attack.MachineKind.allCases)
    func `the guest finds the pinned image`(
        words: [ByteString],
        machine: Attack.MachineKind,
    ) async throws {
        let attack = Attack("", words, .pinned, .none(because: "nobody interferes"))
        let scene = try AttackScene(attack, on: machine)
        try await scene.launched(.option).expectStarted(scene.pinned)
    }
}

/// Whatever is flash unit 1 is written by the guest: code there would be lost at its first start.
@Suite(.launching, .needsProducts, .needsFirmware)
struct VariableStoreAttackTests {
    private static let commandLines: [[ByteString]] = [
        ["-drive", "if=pflash,unit=1,format=raw,file=$code"],
        ["-drive", "if=pflash,index=1,format=raw,file=$code"],
        ["-drive", "if=pflash,unit=+1,format=raw,file=$code"],
        ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/x", "-pflash", "$code"],
        ["-drive", "if=pflash,unit=1,driver=raw,file.driver=file,file.filename=$code"],
        [
            "-drive",
            """
            if=pflash,unit=1,file=json:{"driver":"raw",,"file":{"driver":"file",,\
            "filename":"$code"}}
            """,
        ],
        ["-efidisk0", "$code,efitype=4m,format=raw"],
        ["-efidisk0", "$code"],
        [
            "-blockdev", "driver=file,node-name=c,filename=/x,read-only=on",
            "-blockdev", "driver=raw,node-name=v,file.driver=file,file.filename=$code",
            "-machine", "pflash0=c,pflash1=v",
        ],
        [
            "-blockdev", "driver=file,node-name=c,filename=/x,read-only=on",
            "-blockdev",
            #"{"driver":"raw","node-name":"v","file":{"driver":"file","filename":"$code"}}"#,
            "-machine", "pflash0=c,pflash1=v",
        ],
    ]

    @Test(arguments: commandLines)
    func `a code image in the variable store's place is refused, and left as it is`(
        words: [ByteString]
    ) async throws {
        let store = try StagedHost()
        let code = try read(Machine.codeImage)
        try write(code, to: "\(store.path)/code", mode: 0o600)
        let request = store.launcher(
            StagedHost.firmware + words.map { AttackFiles.expanded($0, store) }
        )
        let outcome = try await run(request)
        #expect(outcome.end == .status(65), "\(outcome)")
        #expect(outcome.complaints.first?.contains("FW-E15") == true, "\(outcome)")
        #expect(try store.report() == nil)
        #expect(try read("\(store.path)/code") == code)
    }

    /// As many options as a command line takes, and each was once looked at anew for each other.
    @Test func `sixty thousand -bios are as one`() async throws {
        let store = try StagedHost()
        let words = Array(repeating: ["-bios", "a"] as [ByteString], count: 60_000).joined()
        let outcome = try await run(
            store.launcher(StagedHost.firmware + words),
            // When each was compared with each, it was minutes.
            atMost: .seconds(120)
        )
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let report = try #require(try store.report())
        #expect(!report.arguments.contains("-bios"))
        #expect(try store.imageOfReport() == read(store.image))
    }
}

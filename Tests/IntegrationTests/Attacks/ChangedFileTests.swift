import Foundation
import Glibc
import Planning
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

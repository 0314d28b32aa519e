import Foundation
import Planning
import TestSupport
import Testing

/// Without custom firmware QEMU gets exactly what the caller gave. Each test starts the stand-in
/// twice, once through the launcher and once as it is, and holds what they were given side by side.
@Suite(.launching, .needsProducts)
struct PassThroughTests {
    /// What Proxmox starts to learn which processor features there are
    /// (`query_supported_cpu_flags` of qemu-server's QemuServer.pm): no -id, and VM ID -1.
    private static let probe: [ByteString] = [
        "-machine", "pc", "-display", "none",
        "-chardev", "socket,id=qmp,path=/var/run/qemu-server/-1.qmp,server=on,wait=off",
        "-mon", "chardev=qmp,mode=control", "-pidfile", "/var/run/qemu-server/-1.pid", "-S",
        "-daemonize",
    ]

    private static let commandLines: [[ByteString]] = [
        [],
        ["-id", "100", "-name", "vm", "-m", "512", "disk.img"],
        probe + ["-accel", "tcg"],
        probe + ["-cpu", "host"],
        ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/OVMF_CODE.fd"],
        ["-machine", "pflash0=code", "-blockdev", #"{"driver":"raw", "node-name" : 'code'}"#],
        ["-bios", "/nowhere/OVMF.fd", "-bios", "x,,y", "--bios", ""],
        ["", "-name", "", "", "--", "---", "-"],
        ["-unknown", ByteString([0xFF, 0xFE, 0x0A, 0x80]), "-name", ByteString([0xC3])],
        ["\u{1F4A9}", "e\u{301}", "\u{E9}", "a\tb\r\nc"],
        ["-efi-firmware-like", "-name", "-efi-firmware", "-append", "-launcher-config"],
        Array(repeating: "-no-reboot", count: 5000),
        ["-append", ByteString(Array(repeating: 0x61, count: 100_000))],
    ]

    @Test(arguments: commandLines)
    func `every word arrives byte for byte`(words: [ByteString]) async throws {
        let store = try StagedHost()
        let pair = try await reports(store, store.launcher(words))
        #expect(pair.launched.arguments == ["/usr/bin/kvm"] + words)
        #expect(pair.launched.differences(from: pair.direct).isEmpty)
    }

    @Test(arguments: ["kvm", "qemu-system-aarch64", "", "a b", ByteString([0xFF])] as [ByteString])
    func `the program's name arrives as it is`(name: ByteString) async throws {
        let store = try StagedHost()
        let pair = try await reports(store, store.launcher(["-S"], calledAs: name))
        #expect(pair.launched.arguments == [name, "-S"])
        #expect(pair.launched.differences(from: pair.direct).isEmpty)
    }

    @Test func `the environment arrives whole, loader variables and broken entries included`()
        async throws
    {
        let store = try StagedHost()
        var request = store.launcher(["-S"])
        request.environment = [
            "LD_PRELOAD=libm.so.6", "LD_LIBRARY_PATH=/nowhere", "QEMU_MODULE_DIR=/nowhere", "A=1",
            "A=2", "no-equals-sign", "", "=", ByteString([0x42, 0x3D, 0xFF, 0x0A]),
            "PVE_MIGRATED_FROM=",
        ]
        let pair = try await reports(store, request)
        #expect(pair.launched.environment == request.environment)
        #expect(pair.launched.differences(from: pair.direct).isEmpty)
    }

    @Test func `no environment at all stays none`() async throws {
        let store = try StagedHost()
        var request = store.launcher(["-S"])
        request.environment = []
        let pair = try await reports(store, request)
        #expect(pair.launched.environment.isEmpty)
        #expect(pair.launched.differences(from: pair.direct).isEmpty)
    }

    @Test func `descriptors, working directory and umask are the caller's, and nothing is added`()
        async throws
    {
        let store = try StagedHost()
        let (file, pipe) = (try Capture(), Pipe())
        var request = store.launcher(["-add-fd", "fd=7,set=0", "-S"])
        request.descriptors = [
            3: pipe.fileHandleForWriting.fileDescriptor, 7: file.file.fileDescriptor,
            10: file.file.fileDescriptor, 63: pipe.fileHandleForReading.fileDescriptor,
        ]
        request.umask = 0o077
        request.directory = store.root
        let pair = try await reports(store, request)
        #expect(pair.launched.descriptors.keys.sorted() == [0, 1, 2, 3, 7, 10, 63])
        #expect(pair.launched.umask == "77")
        #expect(pair.launched.directory == ByteString(store.root))
        #expect(pair.launched.differences(from: pair.direct).isEmpty)
    }

    @Test(arguments: [[0], [1], [2], [0, 1, 2]] as [[Int32]])
    func `standard streams that are closed stay closed`(closed: [Int32]) async throws {
        let store = try StagedHost()
        let null = nullDevice.fileDescriptor
        var request = store.launcher(["-S"])
        request.descriptors = [0: null, 1: null, 2: null]
        for number in closed { request.descriptors[number] = nil }
        request.closesStandardStreams = true
        let pair = try await reports(store, request)
        #expect(
            pair.launched.descriptors.keys.sorted() == [0, 1, 2].filter { !closed.contains($0) }
        )
        #expect(pair.launched.differences(from: pair.direct).isEmpty)
    }

    @Test func `QEMU is the same process, named after its path, and confined`() async throws {
        let store = try StagedHost()
        let outcome = try await run(store.launcher(["-S"], calledAs: "anything"))
        let report = try #require(try store.report())
        #expect(outcome.end == .status(0))
        #expect(outcome.errors.isEmpty && outcome.output.isEmpty)
        #expect(report.process == outcome.process)
        #expect(report.name == "kvm")
        #expect(report.status["Seccomp:"] == "2")
        #expect(report.status["NoNewPrivs:"] == "1")
    }

    @Test(.needsRoot)
    func `where QEMU may start programs, root's keep the privileges that they would get`()
        async throws
    {
        let store = try StagedHost()
        try store.configure(launcher: ["spawn allow"])
        let outcome = try await run(store.launcher(["-S"]))
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let report = try #require(try store.report())
        #expect(report.status["Seccomp:"] == "2")
        #expect(report.status["NoNewPrivs:"] == "0")
    }

    @Test func `without a filter nothing of the process changes`() async throws {
        let store = try StagedHost()
        try store.configure(launcher: ["seccomp off"])
        let pair = try await reports(store, store.launcher(["-S"]), comparingConfinement: true)
        #expect(pair.launched.differences(from: pair.direct).isEmpty)
    }

    /// What the stand-in was given through the launcher, and what without it.
    private func reports(
        _ store: StagedHost,
        _ request: Child.Request,
        comparingConfinement: Bool = false,
    ) async throws -> (launched: StandInReport, direct: StandInReport) {
        var direct = request
        direct.program = store.program
        direct.arguments.removeSubrange(1...2)
        var reports: [StandInReport] = []
        for request in [request, direct] {
            let outcome = try await run(request)
            #expect(outcome.end == .status(0), "\(outcome.errors)")
            #expect(outcome.errors.isEmpty && outcome.output.isEmpty)
            var report = try #require(try store.report())
            try remove("\(store.program).report")
            // Each run is a process of its own.
            report.process = 0
            if !comparingConfinement {
                report.status["Seccomp:"] = nil
                report.status["NoNewPrivs:"] = nil
            }
            reports.append(report)
        }
        return (reports[0], reports[1])
    }
}

/// Calls that only ask QEMU for something, and calls that start a VM, where the configuration is
/// of no use: the first are answered, the second are not.
@Suite(.launching, .needsProducts)
struct InformationTests {
    /// One way in which a configuration can be of no use, and what is said about it.
    struct Trouble: CustomTestStringConvertible, Sendable {
        let name: String
        let status: Int32
        let message: String
        let spoil: @Sendable (StagedHost) throws -> Void

        var testDescription: String { name }
    }

    private static let troubles = [
        Trouble(name: "missing", status: 78, message: "'$conf': no such file") {
            try remove($0.configuration)
        },
        Trouble(
            name: "a link to nowhere",
            status: 78,
            message: "'$conf': the symbolic link is broken",
        ) {
            try remove($0.configuration)
            try link($0.configuration, to: "nowhere")
        },
        Trouble(
            name: "a directory",
            status: 78,
            message: "'$conf': not a regular file (found a directory)",
        ) {
            try remove($0.configuration)
            try makeDirectory($0.configuration)
        },
        Trouble(
            name: "writable by its group",
            status: 77,
            message: "'$conf': writable by group or others (mode 0664)",
        ) {
            try change($0.configuration, mode: 0o664)
        },
        Trouble(
            name: "not understood",
            status: 78,
            message:
                "$conf line 3: not understood (expected 'TYPE: ID', or a setting indented below"
                + " one, found 'nonsense')",
        ) {
            try $0.writeConfiguration(Data("launcher: defaults\n\tqemu /bin/true\nnonsense\n".utf8))
        },
        Trouble(
            name: "an unknown key",
            status: 78,
            message: "$conf line 2: section 'launcher: defaults': unknown key 'secomp'",
        ) {
            try $0.writeConfiguration(Data("launcher: defaults\n\tsecomp off\n".utf8))
        },
        Trouble(
            name: "a wrong value",
            status: 78,
            message: "$conf line 2: section 'launcher: defaults': 'seccomp': wrong value"
                + " (expected 'enforce', 'log' or 'off', found 'on')",
        ) {
            try $0.writeConfiguration(Data("launcher: defaults\n\tseccomp on\n".utf8))
        },
        Trouble(
            name: "a NUL",
            status: 78,
            message: "$conf line 1: hidden or control character (U+0000)",
        ) {
            try $0.writeConfiguration(Data("launcher: def\0aults\n".utf8))
        },
        Trouble(name: "not text", status: 78, message: "$conf line 2: not UTF-8 text") {
            try $0.writeConfiguration(Data("# \n# ".utf8) + [0xFF, 0x0A])
        },
    ]

    @Test(.needsQEMU, arguments: troubles)
    func `QEMU answers what it is asked`(trouble: Trouble) async throws {
        let store = try StagedHost()
        try trouble.spoil(store)
        for question in [
            ["--version"], ["-version"], ["-help"], ["-h"], ["-cpu", "help"], ["-machine", "help"],
            ["-M", "help"], ["-device", "virtio-blk-pci,help"], ["-id", "100", "-version"],
        ] as [[ByteString]] {
            var direct = store.launcher(question)
            direct.program = Machine.qemu
            direct.arguments.removeSubrange(1...2)
            let expected = try await run(direct)
            let answer = try await run(store.launcher(question))
            #expect(answer.end == expected.end, "\(question): \(answer.errors)")
            #expect(answer.output == expected.output)
            #expect(answer.errors == expected.errors)
        }
    }

    @Test(arguments: troubles)
    func `no VM is started, and the message leads to the place`(trouble: Trouble) async throws {
        let store = try StagedHost()
        try trouble.spoil(store)
        let outcome = try await run(store.launcher(["-id", "100", "-m", "512"]))
        #expect(outcome.end == .status(trouble.status))
        #expect(
            outcome.complaints.first
                == "qemu-launcher: error: vm 100: "
                + trouble.message.replacing("$conf", with: store.configuration)
        )
        #expect(try store.report() == nil)
    }

    /// Story: what looked like a question started other firmware.
    @Test func `a call that asks for firmware is never only a question`() async throws {
        let store = try StagedHost()
        let call = store.launcher(StagedHost.firmware + ["-version"])
        #expect(try await run(call).end == .status(0))
        #expect(try store.imageOfReport() == read(store.image))
        try remove(store.image)
        #expect(try await run(call).end == .status(66))
    }
}

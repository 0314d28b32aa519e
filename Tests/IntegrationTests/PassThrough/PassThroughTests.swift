import Foundation
import Planning
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

import Foundation
import Glibc
import Planning
import SystemPackage
import TestSupport
import Testing

/// What a launch finds around itself, not as it should be, and for as long as it runs.
@Suite(.launching, .needsProducts, .needsFirmware)
struct SurroundingsTests {
    /// What is missing, and what becomes of the launch: QEMU starts, or a status and a complaint.
    struct Feature: CustomTestStringConvertible, Sendable {
        let name: String
        var status: Int32 = 0
        var complaint = ""

        var testDescription: String { name }
    }

    private static let features = [
        Feature(name: "openat2", status: 69, complaint: "Function not implemented"),
        Feature(name: "memfd_create", status: 69, complaint: "memfd_create with seals is not"),
        Feature(name: "seals", status: 69, complaint: "memfd_create with seals is not available"),
        Feature(name: "memfd-noexec-seal"),
        Feature(name: "leases"),
        Feature(name: "clone3"),
        // The C library makes do with stat(2), which tells fewer proofs.
        Feature(name: "statx"),
        Feature(name: "seccomp", status: 69, complaint: "not available on this kernel"),
        Feature(name: "seccomp-filters", status: 69, complaint: "not available on this kernel"),
        Feature(
            name: "seccomp-notifications",
            status: 69,
            complaint: "not available on this kernel"
        ),
        Feature(
            name: "seccomp-free-listener",
            status: 69,
            complaint: "already answers system calls by user"
        ),
    ]

    @Test(arguments: features)
    func `a kernel without a feature is told, or done without`(feature: Feature) async throws {
        let launch = try FaultedLaunch(store: try StagedHost(), firmware: true)
        let outcome = try await run(launch.behind([Products.injector, "without", feature.name]))
        #expect(outcome.end == .status(feature.status), "\(outcome.errors)")
        if feature.status == 0 {
            #expect(outcome.errors == "")
        } else {
            #expect(outcome.complaints.first?.contains(feature.complaint) == true)
            #expect(outcome.complaints.last?.hasPrefix("qemu-launcher: hint: ") == true)
        }
    }

    /// In a mount namespace of its own, changed by a line of shell before the launch.
    @Test(
        .needsRoot,
        arguments: [
            ("mount -t tmpfs none /proc", nil),
            ("mount -o remount,bind,ro /", 0),
            ("mount -t tmpfs none /dev", 0),
            ("mount -t tmpfs none /sys", 0),
        ] as [(String, Int32?)]
    )
    func `mounts that are missing or read-only`(change: String, status: Int32?) async throws {
        let launch = try FaultedLaunch(store: try StagedHost(), firmware: true)
        let script = "\(change) && exec \"$@\""
        let outcome = try await run(
            launch.behind(["/usr/bin/unshare", "-m", "/bin/sh", "-c", script, "sh"])
        )
        if let status {
            #expect(outcome.end == .status(status), "\(outcome.errors)")
        } else if Products.areStatic || outcome.end != .signal(SIGABRT) {
            // Without /proc nothing starts. The Swift runtime misses it before the launcher can.
            #expect(outcome.end == .signal(SIGABRT) || outcome.end == .status(69))
            #expect(!outcome.errors.isEmpty)
        }
    }

    /// The launcher finds the journal where systemd has it, in a /run of its own.
    @Test(.needsRoot) func `the journal is told of a launch, and of a refusal`() async throws {
        let store = try StagedHost()
        let text = try String(contentsOfFile: store.configuration, encoding: .utf8)
        let recorded = text.replacing("\tlog none\n", with: "")
        try store.writeConfiguration(Data(recorded.utf8))
        let journal = try DatagramListener(at: FilePath("\(store.path)/journal"))
        let script = """
            mount -t tmpfs none /run && mkdir -p /run/systemd/journal && : >/run/systemd/journal/socket \
                && mount --bind "$0" /run/systemd/journal/socket && exec "$@"
            """
        let launch = store.launcher(["-name", "web"] + StagedHost.firmware)
        var request = launch
        request.program = "/usr/bin/unshare"
        request.arguments =
            ["unshare", "-m", "/bin/sh", "-c", ByteString(script), ByteString(journal.path.string)]
            + [ByteString(launch.program)] + launch.arguments.dropFirst()

        #expect(try await run(request).end == .status(0))
        let started = try #require(try journal.receiveEntry())
        #expect(started["MESSAGE"]?.text?.hasPrefix("launch vm 'web' firmware=") == true)
        #expect(started["MESSAGE_ID"]?.text == LaunchRecord.Event.launch.messageID)
        #expect(started["LAUNCHER_VM_NAME"] == "web")
        #expect(started["LAUNCHER_FIRMWARE"] == ByteString(StagedHost.volume))
        #expect(started["LAUNCHER_DIGEST"] == ByteString("sha256:\(try store.digest())"))
        #expect(started["LAUNCHER_SECCOMP"] == "enforce")
        let report = try #require(try store.report())
        let targets = report.descriptors.values.map(\.target)
        #expect(!targets.contains { $0.hasPrefix("socket:") }, "no descriptor is left open")

        try change(store.image, mode: 0o644)
        #expect(try await run(request).end == .status(77))
        let refused = try #require(try journal.receiveEntry())
        #expect(refused["MESSAGE_ID"]?.text == LaunchRecord.Event.refusal.messageID)
        #expect(refused["LAUNCHER_VM_NAME"] == "web")
        #expect(refused["LAUNCHER_STATUS"] == "77")
        #expect(refused["PRIORITY"] == "3")
        #expect(try journal.receiveEntry() == nil)
    }

    @Test(
        arguments: [
            ("--nofile=8:8", 71, "no descriptor number is left"),
            ("--fsize=1048576:1048576", 71, "larger than the limit"),
            // Enough for the message, where standard error is a file.
            ("--fsize=4096:4096", 71, "larger than the limit"),
            ("--fsize=16777216:16777216", 0, nil),
            ("--memlock=0:0", 0, nil),
            ("--core=0:0", 0, nil),
        ] as [(String, Int32, String?)]
    )
    func `limits that are too low are told`(
        limit: String,
        status: Int32,
        complaint: String?,
    ) async throws {
        let launch = try FaultedLaunch(store: try StagedHost(), firmware: true)
        let outcome = try await run(launch.behind(["/usr/bin/prlimit", limit]))
        #expect(outcome.end == .status(status), "\(outcome.errors)")
        if let complaint { #expect(outcome.errors.contains(complaint)) }
    }

    /// The address space is what the C library and the runtime need as well, which end the process
    /// by a signal where they get none: whatever the limit is, no other firmware starts.
    @Test func `too little memory starts nothing or the verified firmware`() async throws {
        let launch = try FaultedLaunch(store: try StagedHost(), firmware: true)
        var ends: Set<String> = []
        for mebibytes in stride(from: 1, through: 96, by: 5) {
            let outcome = try await run(
                launch.behind(["/usr/bin/prlimit", "--as=\(mebibytes << 20)"])
            )
            let allowed: [Child.End] = [
                .status(0), .status(71), .status(126), .status(127), .signal(SIGKILL),
                .signal(SIGABRT), .signal(SIGSEGV), .signal(SIGILL), .signal(SIGTRAP),
            ]
            #expect(allowed.contains(outcome.end), "\(mebibytes) MiB: \(outcome.errors)")
            ends.insert("\(outcome.end)")
        }
        #expect(!ends.isEmpty)
    }

    @Test func `standard error that is full or broken changes no decision`() async throws {
        let store = try StagedHost()
        var request = try FaultedLaunch(store: store, firmware: true).request
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        request.descriptors[2] = full.fileDescriptor
        #expect(try await run(request).end == .status(0))
        try change(store.image, mode: 0o644)
        #expect(try await run(request).end == .status(77))
    }

    @Test func `a umask of nothing and of everything are kept and do no harm`() async throws {
        let store = try StagedHost()
        defer { withExtendedLifetime(store) {} }
        var request = try FaultedLaunch(store: store, firmware: true).request
        for mask in [0, 0o777] as [mode_t] {
            request.umask = mask
            let outcome = try await run(request)
            #expect(outcome.end == .status(0), "\(outcome.errors)")
        }
    }
}

import FilterMachine
import Foundation
import Planning
import Testing

/// Traces of real QEMU runs, 7.2 to 11.1: a scenario's system calls before and after start-up.
struct SyscallTraceTests {
    struct Trace: Decodable {
        let startup: [String]
        let runtime: [String]
    }

    static let file = PackageFiles.corpus.appendingPathComponent("qemu-syscalls.json")
    static let isThere = FileManager.default.fileExists(atPath: file.path)

    /// What each scenario has on its command line that the policy looks at.
    static let options: [String: [(name: String, value: ByteString?)]] = [
        "daemonize-pidfile": [("daemonize", nil)],
        "daemonize-runas": [("daemonize", nil), ("runas", "nobody")],
        "chroot": [("chroot", "/var/empty")],
        "async-teardown": [("async-teardown", nil)],
        "virtio-blk-aio-io_uring": [("drive", "file=x,aio=io_uring")],
        "tap-script": [("netdev", "tap,id=n,script=x,downscript=x")],
        "migrate-in-exec": [("incoming", "exec:cat")],
        "mem-lock": [("overcommit", "mem-lock=on")],
        "numa-host-nodes": [("object", "memory-backend-ram,host-nodes=0,policy=bind")],
        "9p-local": [("virtfs", "local,path=x")],
        "thread-context-affinity": [("object", "thread-context,id=t,cpu-affinity=0")],
    ]

    @Test(.enabled(if: isThere, "no corpus: set LAUNCHER_CORPUS"))
    func `whatever QEMU did in a trace, its ruleset allows`() throws {
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file)) as? [String: Any]
        )
        var scenarios = 0
        for (scenario, value) in json where !scenario.hasPrefix("_") {
            let trace = try JSONDecoder().decode(
                Trace.self,
                from: JSONSerialization.data(withJSONObject: value)
            )
            let name = String(scenario.drop { $0 != "/" }.dropFirst())
            // Told over QMP, long after the command line: needs `spawn allow`.
            let spawn: SpawnPolicy = name == "migrate-out-exec" ? .allow : .auto
            let ruleset = try Ruleset.derived(
                from: [("display", "none")] + (Self.options[name] ?? []),
                spawn: spawn
            )
            let refused = Set(trace.startup + trace.runtime)
                .subtracting(Self.answeredOtherwise)
                .filter { !allows(ruleset, $0) }
            #expect(refused.isEmpty, "\(scenario)")
            scenarios += 1
        }
        #expect(scenarios > 180)
    }

    /// The launcher's own exec; the C library's first try to start a thread; the event loop's
    /// first try of a ring: refused in silence, as an older kernel would.
    static let answeredOtherwise: Set<String> = [
        "execve", "clone3", "io_uring_setup", "io_uring_enter",
    ]

    private func allows(_ ruleset: Ruleset, _ name: String) -> Bool {
        ruleset.rules.contains { $0.syscall.name == name && $0.verdict == .allow }
    }

    @Test func `what no trace can show is allowed as well`() throws {
        let ruleset = try Ruleset.derived(from: [("display", "none")], spawn: .auto)
        for name in [
            "clock_gettime", "clock_getres", "gettimeofday", "time", "getcpu", "restart_syscall",
        ] {
            #expect(allows(ruleset, name), "\(name)")
        }
    }
}

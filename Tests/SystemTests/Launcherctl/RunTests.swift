import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// `launcherctl run`: it stays the parent of QEMU, whose place a script has here.
@Suite(.launching, .needsProducts)
struct RunTests {
    /// A host whose QEMU is this script.
    private func host(_ script: String) throws -> StagedHost {
        let store = try StagedHost()
        let program = "\(store.path)/bin/qemu"
        try write(Data("#!/bin/sh\n\(script)\n".utf8), to: program, mode: 0o755)
        try store.configure(qemu: program, pins: [])
        return store
    }

    private func call(
        _ store: StagedHost,
        _ options: [ByteString] = [],
        qemu words: [ByteString] = ["-m", "1"],
    ) -> Child.Request {
        let own: [ByteString] = ["launcherctl", "run", "--no-serial"] + options
        return Child.Request(
            program: Products.launcherctl,
            arguments: own + ["--", "-launcher-config", ByteString(store.configuration)] + words,
        )
    }

    /// Runs it to its end; the host is there for as long.
    private func start(
        _ store: StagedHost,
        _ options: [ByteString] = [],
        qemu words: [ByteString] = ["-m", "1"],
    ) async throws -> Outcome {
        let outcome = try await run(call(store, options, qemu: words))
        withExtendedLifetime(store) {}
        return outcome
    }

    private func isThere(_ path: String) async throws -> Bool {
        try await eventually { FileManager.default.fileExists(atPath: path) ? true : nil } ?? false
    }

    /// What is said of QEMU. Other tests make records as well, in the same session.
    private func about(_ outcome: Outcome) -> [String] {
        outcome.complaints.filter { !$0.hasPrefix("launcherctl: also recorded in that time") }
    }

    private static let nothing = "launcherctl: nothing outside the filter was called"

    @Test(.needsRoot) func `it ends as QEMU ends, and says that nothing was recorded`() async throws
    {
        let outcome = try await start(host("exit 5"))
        #expect(outcome.end == .status(5))
        #expect(about(outcome) == [Self.nothing])
    }

    @Test func `it ends by the signal that ended QEMU`() async throws {
        let outcome = try await start(host("kill -SEGV $$"))
        #expect(outcome.end == .signal(SIGSEGV))
    }

    @Test(
        .needsRoot,
        arguments: [
            ("log", 0, "recorded: 1 call outside the filter: unshare"),
            ("enforce", 1, "refused: 1 call outside the filter: unshare"),
        ] as [(ByteString, Int32, String)]
    )
    func `what was outside the filter is named, with what would allow it`(
        mode: ByteString,
        status: Int32,
        line: String,
    ) async throws {
        // A network that starts programs, so that the script may.
        let store = try host("exec /usr/bin/unshare --uts /bin/true")
        let words: [ByteString] = ["-netdev", "tap,id=n"]
        let outcome = try await start(store, ["--seccomp", mode], qemu: words)
        #expect(outcome.end == .status(status))
        #expect(outcome.complaints.contains("launcherctl: \(line)"), "\(outcome.errors)")
        let hints = outcome.complaints.filter { $0.hasPrefix("launcherctl: hint: unshare") }
        #expect(hints.count == 1, "\(outcome.errors)")
    }

    @Test(.needsRoot) func `an exec of QEMU's is recorded, and the launcher's own is not`()
        async throws
    {
        let outcome = try await start(host("exec /bin/true"))
        let line = "launcherctl: recorded: 1 call outside the filter: execve"
        #expect(outcome.complaints.first == line, "\(outcome.errors)")
        let silent = try await start(host("exit 0"), ["--seccomp", "off"])
        #expect(silent.complaints.isEmpty)
    }

    /// More than the kernel's log would have.
    @Test(.needsRoot) func `many records are all counted`() async throws {
        let script =
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n"
            + "/bin/true; done"
        let store = try host("\(script)\nexec /bin/true")
        let outcome = try await start(store)
        #expect(
            outcome.errors.contains("also recorded in that time, from other processes"),
            "\(outcome.errors)"
        )
        #expect(!outcome.errors.contains("there may be more"))
    }

    @Test func `a QEMU that was never started has no summary`() async throws {
        let store = try host("exit 0")
        try store.configure(qemu: "\(store.path)/bin/missing", pins: [])
        let outcome = try await start(store)
        #expect(outcome.end == .status(127))
        #expect(outcome.complaints.count == 2, "\(outcome.errors)")
        #expect(!outcome.errors.contains("filter"))
    }

    @Test(
        .needsRoot,
        .enabled(if: Products.areInReach, "a folder above the programs is closed to other users")
    )
    func `whoever may not read records is told so`() async throws {
        let store = try host("exit 3")
        var request = call(store)
        request.arguments[0] = ByteString(request.program)
        request.arguments =
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + request.arguments
        request.program = "/usr/bin/setpriv"
        let outcome = try await run(request)
        #expect(outcome.end == .status(3))
        let isOpen = try read("/proc/sys/kernel/dmesg_restrict").first == UInt8(ascii: "0")
        let expected =
            isOpen
            ? Self.nothing
            : "launcherctl: it is not known which calls were outside the filter: '/dev/kmsg': "
                + "reading the log failed: Operation not permitted"
        #expect(outcome.complaints.first == expected)
    }

    @Test func `a signal that is sent to it alone reaches QEMU`() async throws {
        let store = try host(
            "trap 'exit 9' TERM; touch $0.started\nwhile :; do sleep 0.05; done"
        )
        var child = try Child(call(store))
        let started = "\(store.path)/bin/qemu.started"
        #expect(try await isThere(started))
        kill(child.id, SIGTERM)
        #expect(try await child.wait() == .status(9))
    }

    @Test func `QEMU ends where run is killed`() async throws {
        let store = try host(
            "trap 'touch $0.ended; exit' TERM; touch $0.started\nwhile :; do sleep 0.05; done"
        )
        var child = try Child(call(store))
        let program = "\(store.path)/bin/qemu"
        #expect(
            try await isThere("\(program).started")
        )
        kill(child.id, SIGKILL)
        #expect(try await child.wait() == .signal(SIGKILL))
        #expect(try await isThere("\(program).ended"))
    }

    @Test func `QEMU stays in the process group that has the terminal`() async throws {
        let store = try host("read -r _ _ _ parent group _ </proc/$$/stat; echo $parent $group")
        let outcome = try await start(store)
        #expect(outcome.output == "\(outcome.process) \(getpgrp())\n")
    }

    @Test(
        .needsQEMU,
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"),
            "no /usr/bin/script for a terminal"
        )
    )
    func `Control-A X ends QEMU, and the terminal is as it was`() async throws {
        let store = try StagedHost()
        try store.configure(qemu: Machine.qemu, pins: [])
        let command = """
            stty -a >\(store.path)/before
            \(Products.launcherctl) run -- -launcher-config \(store.configuration) \
            -M q35,accel=tcg -m 64 -display none -nodefaults; echo "status $?"
            stty -a >\(store.path)/after
            """
        try write(Data(command.utf8), to: "\(store.path)/command", mode: 0o755)
        let keys =
            #"(sleep 2; printf '\001x'; sleep 1) | script -qec "sh \#(store.path)/command" /dev/null"#
        let outcome = try await run(
            Child.Request(program: "/bin/sh", arguments: ["sh", "-c", ByteString(keys)])
        )
        #expect(outcome.output.contains("QEMU: Terminated"), "\(outcome.output)")
        #expect(outcome.output.contains("status 0"))
        #expect(try read("\(store.path)/before") == read("\(store.path)/after"))
    }
}

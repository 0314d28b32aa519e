import Foundation
import Planning
import TestSupport
import Testing

/// QEMU cannot take the launcher's place: the statuses are those of a shell.
@Suite(.launching, .needsProducts, .needsFirmware)
struct QEMUNotStartedTests {
    @Test(arguments: [[], StagedHost.firmware])
    func `QEMU that is not there is status 127`(firmware: [ByteString]) async throws {
        let store = try StagedHost()
        try store.configure(qemu: "/nowhere/kvm")
        let outcome = try await run(store.launcher(["-name", "t"] + firmware))
        #expect(outcome.end == .status(127))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 't': QEMU '/nowhere/kvm' not found",
                "qemu-launcher: hint: set 'qemu' in the 'launcher:' section of the configuration to"
                    + " QEMU's own path",
            ]
        )
    }

    @Test(
        arguments: [
            ("not executable", "x", 0o644, "execve failed: Permission denied", nil),
            ("no program", "x", 0o755, "execve failed: Exec format error", nil),
            (
                "a script without its interpreter", "#!/nowhere/sh\n", 0o755,
                "execve failed: No such file or directory",
                "the program exists, but the interpreter or loader that it names does not"
            ),
        ] as [(String, String, mode_t, String, String?)]
    )
    func `QEMU that cannot be executed is status 126`(
        name: String,
        content: String,
        mode: mode_t,
        reason: String,
        hint: String?,
    ) async throws {
        let store = try StagedHost()
        let program = "\(store.path)/bin/other"
        try write(Data(content.utf8), to: program, mode: mode)
        try store.configure(qemu: program)
        for firmware in [[], StagedHost.firmware] {
            let outcome = try await run(store.launcher(["-name", "t"] + firmware))
            #expect(outcome.end == .status(126))
            #expect(
                outcome.complaints
                    == ["qemu-launcher: error: vm 't': QEMU '\(program)': \(reason)"]
                    + (hint.map { ["qemu-launcher: hint: \($0)"] } ?? [])
            )
        }
    }

    @Test func `a directory in QEMU's place is status 126`() async throws {
        let store = try StagedHost()
        try store.configure(qemu: store.root)
        let outcome = try await run(store.launcher(["-name", "t"]))
        #expect(outcome.end == .status(126))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 't': QEMU '\(store.root)': not a program (found a"
                    + " directory)"
            ]
        )
    }

    @Test(arguments: ["itself", "a link", "a link to a link"])
    func `the launcher in QEMU's place is told instead of started for ever`(
        way: String
    ) async throws {
        let store = try StagedHost()
        let program = "\(store.path)/bin/qemu"
        switch way {
        case "itself": try store.configure(qemu: Products.launcher)
        case "a link": try link(program, to: Products.launcher)
        default:
            try link("\(store.path)/bin/launcher", to: Products.launcher)
            try link(program, to: "launcher")
        }
        if way != "itself" { try store.configure(qemu: program) }
        for arguments in [["-version"], ["-name", "t"] + StagedHost.firmware] as [[ByteString]] {
            let outcome = try await run(store.launcher(arguments))
            #expect(outcome.end == .status(78))
            #expect(outcome.complaints.first?.hasSuffix("is the launcher itself") == true)
            #expect(
                outcome.complaints.last == "qemu-launcher: hint: set 'qemu' in the 'launcher:'"
                    + " section of the configuration to QEMU's own path"
            )
        }
    }

    @Test func `QEMU's own status is the launcher's`() async throws {
        let store = try StagedHost()
        try store.configure(qemu: "/bin/false")
        #expect(try await run(store.launcher(["-S"])).end == .status(1))
    }
}

import CTestSupport
import FilterMachine
import Glibc
import Host
import Planning
import Testing

/// Every row of the table, live: a process under the real filter makes the call, with arguments
/// that no kernel can do anything with, and sees what the row says.
struct SeccompRowTests {
    @Test func `every call is answered as its row says`() async {
        let result = await #expect(
            processExitsWith: .exitCode(7),
            observing: [\.standardErrorContent]
        ) {
            try checkEveryCall(of: .derived(from: [("display", "none")], spawn: .deny))
            exit(7)
        }
        #expect(complaints(in: result?.standardErrorContent ?? []) == [])
    }

    @Test func `every call is answered as its row says where every feature is asked for`() async {
        let result = await #expect(
            processExitsWith: .exitCode(7),
            observing: [\.standardErrorContent]
        ) {
            let options: [(name: String, value: ByteString?)] = [
                ("daemonize", nil), ("id", "100"), ("runas", "nobody"), ("chroot", "/"),
                ("audiodev", "pa"), ("virtfs", "local"), ("incoming", "defer"), ("numa", "node"),
                ("object", "secret_keyring"), ("device", "virtio-net-pci,rss=on"),
                ("overcommit", "mem-lock=on"), ("object", "can-host-socketcan"),
            ]
            try checkEveryCall(of: .derived(from: options, spawn: .allow))
            exit(7)
        }
        #expect(complaints(in: result?.standardErrorContent ?? []) == [])
    }
}

/// The lines of ours: before them the testing library writes a mark of its own.
private func complaints(in output: [UInt8]) -> [String] {
    String(decoding: output, as: UTF8.self)
        .split(separator: "\n")
        .map(String.init)
        .filter { $0.contains("expected") }
}

/// Calls that do not return, wait for ever, or make a process whatever their arguments.
private let withoutReturn: Set<Syscall> = [
    .exit, .exit_group, .fork, .pause, .rt_sigreturn, .uretprobe, .vfork,
]

private let nonsense = [UInt64](repeating: .max, count: 6)

/// Writes what is not as it should be to stderr, which the test expects to stay empty.
private func checkEveryCall(of ruleset: Ruleset) throws {
    for call in Syscall.allCases where !withoutReturn.contains(call) {
        // The permit for the launcher's own exec has tests of its own.
        if ruleset.execution == .once, call == .execve || call == .execveat { continue }

        let found = try outcome(of: call, under: ruleset)
        let expected: Int32 =
            switch ruleset.verdict(number: call.rawValue, arguments: nonsense) {
            case .allow: try outcome(of: call, under: nil)
            case .refuse(.notImplemented, _): ENOSYS
            case .refuse(.notPermitted, _): EPERM
            case .kill: SIGSYS << 8
            }
        guard found != expected else { continue }
        let message = "\(call): found \(found), expected \(expected)\n"
        _ = unsafe write(STDERR_FILENO, message, message.utf8.count)
    }
}

/// - Returns: the error's number, 0 for none, or a signal in the second byte.
private func outcome(of call: Syscall, under ruleset: Ruleset?) throws -> Int32 {
    let child = probe_fork()
    if child == 0 {
        if let ruleset { _ = try confine(ruleset, mode: .enforce) }
        let result = probe_native(Int(call.rawValue), -1, -1, -1, -1, -1, -1)
        _ = probe_native(231, result < 0 ? -result : 0, 0, 0, 0, 0, 0)  // exit_group
    }
    return probe_wait(child)
}

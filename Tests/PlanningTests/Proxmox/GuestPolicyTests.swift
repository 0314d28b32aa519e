import Planning
import Testing

struct GuestPolicyTests {
    private func groups(
        _ configuration: String,
        isIncoming: Bool = false,
    ) throws -> Set<String> {
        let guest = GuestConfiguration(parsing: Array(configuration.utf8), vmid: 100)
        let words = try guest.policyArguments(isIncoming: isIncoming)
        let ruleset = try Ruleset.derived(from: QEMUCommandLine(words), spawn: .auto)
        return Set(ruleset.groups.map(\.group.name)).subtracting(Ruleset.base.map(\.name))
    }

    @Test(
        arguments: [
            ("", []), ("net0: virtio\nscsi0: local:1\n", []), ("numa: 0\n", []),
            ("numa: 1\n", ["numa"]), ("vga: virtio-gl,memory=64\n", ["desktop", "scheduling"]),
            ("args: -overcommit mem-lock=on\n", ["memory-lock"]),
            ("args: -overcommit mem-lock=on\ntemplate: 1\n", []),
            ("numa: 1\nnuma0: cpus=0-1,hostnodes=0,memory=1024,policy=bind\n", ["numa"]),
        ] as [(String, Set<String>)]
    )
    func `a VM's configuration leads to the groups of its command line`(
        configuration: String,
        expected: Set<String>,
    ) throws {
        let always: Set = ["spawn", "daemonize", "io-uring", "shared-sockets"]
        #expect(try groups(configuration) == always.union(expected))
        let arriving = try groups(configuration, isIncoming: true)
        #expect(arriving == always.union(expected).union(["postcopy"]))
    }

    @Test func `args that cannot be split are an error`() {
        let guest = GuestConfiguration(parsing: Array("args: 'open\n".utf8), vmid: 100)
        #expect(throws: PerlShellWordsError.self) { try guest.policyArguments() }
    }
}

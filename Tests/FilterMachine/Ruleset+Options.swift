package import Planning

extension Ruleset {
    /// The ruleset of a command line, written as its options.
    package static func derived(
        from options: [(name: String, value: ByteString?)],
        spawn: SpawnPolicy,
        adding added: [SyscallGroup] = [],
    ) throws(PolicyError) -> Ruleset {
        let words = options.flatMap { name, value in
            [ByteString("-\(name)")] + (value.map { [$0] } ?? [])
        }
        return try derived(
            from: QEMUCommandLine(["qemu-system-x86_64"] + words),
            spawn: spawn,
            adding: added
        )
    }
}

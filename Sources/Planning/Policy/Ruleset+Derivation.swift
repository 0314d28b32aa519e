extension Ruleset {
    /// What every VM gets, whatever its command line: QMP may plug in a disk, a network, memory,
    /// processors and USB devices at any time, and migrate, back up and snapshot the VM.
    package static let base: [SyscallGroup] = [
        .runtime, .memory, .files, .events, .diskIO, .sockets, .withheld, .unused, .forbidden,
    ]

    /// The policy for one command line: `base`, and the groups that its options ask for.
    ///
    /// - Parameters:
    ///   - options: QEMU's options in order, without dashes, each with its value if it takes one.
    ///   - spawn: whether QEMU may start programs, from the configuration.
    /// - Throws: ``PolicyError/spawnDenied(option:value:)``.
    package static func derived(
        from options: [(name: String, value: ByteString?)],
        spawn: SpawnPolicy
    ) throws(PolicyError) -> Ruleset {
        try derived(from: options.lazy.map { PolicyOption(name: $0, value: $1) }, spawn: spawn)
    }

    /// The same of options in whatever form a command line is held.
    static func derived(
        from options: some Sequence<PolicyOption>,
        spawn: SpawnPolicy,
    ) throws(PolicyError) -> Ruleset {
        var groups = base.map { SelectedGroup($0, because: .always) }
        func add(_ group: SyscallGroup, because cause: GroupCause) {
            // The first option that asks is the one that is named.
            if groups.contains(where: { $0.group.name == group.name }) { return }
            groups.append(SelectedGroup(group, because: cause))
        }

        var spawning: GroupCause? = spawn == .allow ? .setting("spawn allow") : nil
        var isDaemon = false
        var hasDisplay = false
        for option in options {
            for group in option.groups { add(group, because: option.cause) }
            // Of these there may be thousands, and nothing below is about them.
            if option.name == "device" { continue }
            if spawning == nil, option.startsProgram {
                if spawn == .deny {
                    throw .spawnDenied(option: option.name, value: option.value)
                }
                spawning = option.cause
            }
            switch option.name {
            case "daemonize": isDaemon = true
            case "display", "nographic", "vnc", "spice": hasDisplay = true
            default: break
            }
        }

        if let spawning { add(.spawn, because: spawning) }
        if !isDaemon { add(.terminal, because: .lacking(option: "daemonize")) }
        if !hasDisplay {
            // QEMU opens a window where nothing is said.
            add(.desktop, because: .lacking(option: "display"))
            add(.scheduling, because: .lacking(option: "display"))
        }
        return Ruleset(
            default: .refuse(.notImplemented, .recorded),
            execution: spawning == nil ? .once : .unlimited,
            groups: groups
        )
    }

    /// - Throws: where an option starts a program that cannot run under any ruleset.
    static func requireStartable(_ options: some Sequence<PolicyOption>) throws(PolicyError) {
        for option in options where option.startsPasst {
            throw .programConfinesItself(
                name: "passt",
                option: option.name,
                value: option.value,
            )
        }
    }
}

extension Ruleset {
    /// What every VM gets, whatever its command line: QMP may plug in a disk, a network, memory,
    /// processors and USB devices at any time, and migrate, back up and snapshot the VM.
    static let base: [SyscallGroup] = [
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
        let options = options.map { PolicyOption(name: $0.name, value: $0.value) }
        let spawning = try spawnCause(options, policy: spawn)

        var groups = base.map { SelectedGroup($0, because: .always) }
        if let spawning { groups.append(SelectedGroup(.spawn, because: spawning)) }
        for trigger in GroupTrigger.all {
            guard let option = options.first(where: trigger.isAskedForBy) else { continue }
            groups.append(SelectedGroup(trigger.group, because: .asked(by: option)))
        }
        let asked = Set(groups.map(\.group.name))
        groups += defaults(options).filter { !asked.contains($0.group.name) }
        return Ruleset(
            default: .refuse(.notImplemented, .recorded),
            execution: spawning == nil ? .once : .unlimited,
            groups: groups
        )
    }

    /// What QEMU does where nothing is said: it stays in the foreground and opens a window.
    private static func defaults(_ options: [PolicyOption]) -> [SelectedGroup] {
        var groups: [SelectedGroup] = []
        if !options.contains(where: { $0.isOne(of: "daemonize") }) {
            groups.append(SelectedGroup(.terminal, because: .lacking(option: "daemonize")))
        }
        if !options.contains(where: { $0.isOne(of: "display", "nographic", "vnc", "spice") }) {
            let cause = GroupCause.lacking(option: "display")
            groups.append(SelectedGroup(.desktop, because: cause))
            groups.append(SelectedGroup(.scheduling, because: cause))
        }
        return groups
    }

    private static func spawnCause(
        _ options: [PolicyOption],
        policy: SpawnPolicy
    ) throws(PolicyError) -> GroupCause? {
        let option = options.first(where: \.startsProgram)
        switch policy {
        case .allow: return .setting("spawn allow")
        case .auto: return option.map(GroupCause.asked(by:))
        case .deny:
            if let option { throw .spawnDenied(option: option.name, value: option.value) }
            return nil
        }
    }
}

extension GroupCause {
    fileprivate static func asked(by option: PolicyOption) -> GroupCause {
        .option(name: option.name, value: option.value)
    }
}

extension Ruleset {
    /// What every VM gets, whatever its command line: QMP may plug in a disk, a network, memory,
    /// processors and USB devices at any time, and migrate, back up and snapshot the VM.
    package static let base: [SyscallGroup] = [
        .runtime, .ownProcess, .memory, .files, .requests, .events, .diskIO, .sockets, .withheld,
        .unused, .forbidden,
    ]

    /// The policy for one command line: `base`, and the groups that its options ask for.
    ///
    /// - Parameters:
    ///   - commandLine: QEMU's, with what its files of settings say.
    ///   - spawn: whether QEMU may start programs, from the configuration.
    ///   - added: groups that the configuration adds, for what QMP asks for later.
    /// - Throws: ``PolicyError/spawnDenied(option:value:)``.
    package static func derived(
        from commandLine: QEMUCommandLine,
        spawn: SpawnPolicy,
        adding added: [SyscallGroup] = [],
    ) throws(PolicyError) -> Ruleset {
        var groups = base.map { SelectedGroup($0, because: .always) }
        func add(_ group: SyscallGroup, because cause: GroupCause) {
            // The first option that asks is the one that is named.
            if groups.contains(where: { $0.group.name == group.name }) { return }
            groups.append(SelectedGroup(group, because: cause))
        }

        var spawning: GroupCause? = spawn == .allow ? .setting("spawn allow") : nil
        for option in commandLine.options {
            for group in option.groups { add(group, because: commandLine.cause(option)) }
            guard spawning == nil, option.startsProgram else { continue }
            if spawn == .deny {
                throw .spawnDenied(option: option.name, value: option.option?.value)
            }
            spawning = commandLine.cause(option)
        }
        if spawning == nil, spawn != .deny { spawning = commandLine.laterProgram }
        for option in commandLine.unreadSettings {
            for group in SyscallGroup.features where group.name != "spawn" {
                add(group, because: commandLine.cause(option))
            }
        }

        if let spawning { add(.spawn, because: spawning) }
        if !["net", "netdev", "nic", "nodefaults"].contains(where: commandLine.vector.has) {
            // QEMU adds a card with a user network where nothing is said.
            add(.ping, because: .lacking(option: "netdev"))
        }
        if !["display", "nographic", "vnc", "spice"].contains(where: commandLine.vector.has) {
            // QEMU opens a window where nothing is said.
            add(.desktop, because: .lacking(option: "display"))
            add(.scheduling, because: .lacking(option: "display"))
        }
        for group in added { add(group, because: .setting("groups \(group.name)")) }
        return Ruleset(
            default: .refuse(.notImplemented, .recorded),
            execution: spawning == nil ? .once : .unlimited,
            groups: groups
        )
    }

    /// - Throws: where an option starts a program that cannot run under any ruleset.
    static func requireStartable(_ commandLine: QEMUCommandLine) throws(PolicyError) {
        for option in commandLine.options where option.startsPasst {
            throw .programConfinesItself(
                name: "passt",
                option: option.name,
                value: option.option?.value,
            )
        }
    }
}

extension QEMUCommandLine {
    /// Why a group was selected that this option asks for.
    func cause(_ option: StatedOption) -> GroupCause {
        switch option.source {
        case .option(let own): .option(name: own.name, value: own.value)
        case .word(let word): .option(name: "drive", value: word)
        case .section: .section(place: quote(option))
        }
    }

    /// Files of settings that give their content once, so that only QEMU sees it: whatever they
    /// say has to work.
    fileprivate var unreadSettings: [StatedOption] {
        all("readconfig").filter { option in
            option["value"].flatMap { files.included[$0] }?.doubt == .notRegular
        }
    }

    /// Why QEMU may have to start a program although nothing read says so. Proxmox (`-id`) plugs
    /// network cards into running VMs, with scripts (qemu-server's `qemu_netdevadd`).
    fileprivate var laterProgram: GroupCause? {
        (unreadSettings.first ?? all("id").first ?? options.first(where: \.mayStartProgram))
            .map(cause)
    }
}

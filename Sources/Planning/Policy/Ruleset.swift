/// The whole policy of one VM: what every system call is answered with.
package struct Ruleset: Hashable, Sendable {
    /// What a call gets that no row names, unknown and future numbers included.
    package let defaultVerdict: Verdict
    package let execution: Execution
    package let groups: [SelectedGroup]

    package init(
        default defaultVerdict: Verdict,
        execution: Execution,
        groups: [SelectedGroup]
    ) {
        self.defaultVerdict = defaultVerdict
        self.execution = execution
        self.groups = groups
    }

    /// How often the confined process may become another program.
    package enum Execution: String, Sendable, CaseIterable {
        /// Once: the launcher becomes QEMU, and nothing after that.
        case once
        /// As often as the rows allow: QEMU starts other programs.
        case unlimited
    }
}

extension Ruleset {
    package var rules: [SyscallRule] { groups.flatMap { $0.group.rules } }

    /// What a call made through the native ABI is answered with.
    ///
    /// A row with argument checks goes before a row without; among rows that match alike, the more
    /// permissive one holds; if no row matches, the default.
    ///
    /// - Parameter number: any number, also one that is not a system call.
    package func verdict(number: UInt32, arguments: [UInt64]) -> Verdict {
        let rows = rules.filter { rule in
            rule.syscall.rawValue == number
                && rule.checks.allSatisfy { $0.holds(for: arguments) }
        }
        return rows.filter { !$0.checks.isEmpty }.map(\.verdict).max()
            ?? rows.map(\.verdict).max()
            ?? defaultVerdict
    }
}

extension Ruleset {
    /// What every VM gets, with any command line: QMP may plug in a disk, a network, memory,
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
            // The first option that asks for it is named.
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
            // QEMU adds a card with a user network unless an option says otherwise.
            add(.ping, because: .lacking(option: "netdev"))
        }
        if !["display", "nographic", "vnc", "spice"].contains(where: commandLine.vector.has) {
            // QEMU opens a window unless an option says otherwise.
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

    /// - Throws: if an option starts a program that cannot run under any ruleset.
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

    /// Files of settings that give their content only once, so only QEMU sees it: everything that
    /// they may say has to work.
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

/// What happens to a system call that the ruleset does not allow.
package enum SeccompMode: String, Sendable, CaseIterable {
    /// It is refused, or ends the process, as its row says.
    case enforce
    /// It happens, and the kernel records it.
    case log
    /// No filter is loaded.
    case off
}

/// Whether QEMU may start other programs: tap scripts, the bridge helper, `exec:` channels.
package enum SpawnPolicy: String, Sendable, CaseIterable {
    /// If the command line names a program for QEMU to start.
    case auto
    /// Always: Proxmox may add a bridged NIC, with its script, to a VM that started without one.
    case allow
    /// Never, even if the command line says otherwise.
    case deny
}

/// A group that is part of a ruleset, and what asked for it.
package struct SelectedGroup: Hashable, Sendable {
    package let group: SyscallGroup
    package let cause: GroupCause

    package init(_ group: SyscallGroup, because cause: GroupCause) {
        self.group = group
        self.cause = cause
    }
}

/// Why a group is part of a ruleset.
package enum GroupCause: Hashable, Sendable {
    /// It is part of every ruleset.
    case always
    /// This option of QEMU's command line needs it.
    case option(name: String, value: ByteString?)
    /// A section of a file of settings that QEMU reads.
    case section(place: String)
    /// QEMU's command line lacks this option, and its default needs it.
    case lacking(option: String)
    /// The configuration says so.
    case setting(String)
}

extension GroupCause: CustomStringConvertible {
    /// As a person reads it, on one line.
    package var description: String {
        switch self {
        case .always: "always"
        case .option(let name, nil): "-\(name)"
        case .option(let name, let value?): "-\(name) \(value.escaped)"
        case .section(let place): place
        case .lacking(let name): "no -\(name)"
        case .setting(let setting): setting
        }
    }
}

/// Why no policy fits both the command line and the configuration.
package enum PolicyError: Failure {
    /// An option makes QEMU start a program, and the configuration forbids that.
    case spawnDenied(option: String, value: ByteString?)
    /// passt confines itself with its own mounts and namespaces, and ends if it may not make them:
    /// it inherits our filter if QEMU starts it.
    case programConfinesItself(name: String, option: String, value: ByteString?)

    package var message: String {
        switch self {
        case .spawnDenied(let option, let value):
            "option '-\(option)\(value.map { " \($0.escaped)" } ?? "")': QEMU would start another "
                + "program, and the configuration says spawn deny"
        case .programConfinesItself(let name, let option, let value):
            "option '-\(option)\(value.map { " \($0.escaped)" } ?? "")': QEMU would start \(name), "
                + "which confines itself with mounts that QEMU's filter does not allow"
        }
    }

    package var hint: String? {
        switch self {
        case .spawnDenied("netdev", _), .spawnDenied("nic", _), .spawnDenied("net", _):
            "open the tap in advance and pass fd=, or write script=no,downscript=no; or set spawn "
                + "to auto for this VM"
        case .programConfinesItself(let name, _, _):
            "start \(name) before QEMU and use '-netdev stream,addr.type=unix,addr.path=SOCKET'"
        case .spawnDenied:
            "set spawn to auto for this VM"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .spawnDenied: .configuration
        case .programConfinesItself: .usage
        }
    }
}

package import SystemPackage

/// What the planner does, a function a step.
extension Planner {
    static func requireSupported(
        _ request: LaunchRequest,
        _ machine: MachineOptions,
        _ settings: LaunchSettings,
    ) throws(PlanningError) {
        let called = request.vector.arguments.first ?? ""
        let program = settings.configuration.qemu.map { ByteString($0.value.string) } ?? called
        for name in [called, program] where !QEMUProgram.isX86(name) {
            throw .attachment(.otherArchitecture(program: name))
        }
        if let type = machine["type"], !MachineType(type).hasFlash {
            throw .attachment(.unsupportedMachine(type: type))
        }
    }

    static func requireAllowed(
        _ guest: GuestKind,
        _ choice: FirmwareChoice,
    ) throws(PlanningError) {
        guard let allowed = choice.guests, !allowed.contains(guest) else { return }
        throw .guestNotAllowed(guest, image: choice.name, allowed: allowed)
    }

    static func imageRequest(
        for choice: FirmwareChoice,
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
        _ host: HostState,
    ) throws(PlanningError) -> ImageRequest {
        switch choice.image {
        case .stock(let path):
            return StockImage.request(
                path: path,
                choice: choice,
                configuration: settings.configuration.file,
            )
        case .volume(let volume):
            let node = request.invocation.nodeName
            let location = try resolving { () throws(VolumeError) in
                try host.storages.firmwareLocation(of: volume, on: node)
            }
            return ImageRequest(
                name: choice.name,
                root: location.root,
                directories: location.directories,
                fileName: location.fileName,
                pins: choice.pins,
                configuration: settings.configuration.file,
                rules: .volume(accepting: settings.configuration.readOnly.value),
            )
        }
    }

    static func rewrite(
        _ request: LaunchRequest,
        _ machine: MachineOptions,
        _ guest: GuestKind,
        _ choice: FirmwareChoice,
        _ settings: LaunchSettings,
        _ host: HostState,
    ) throws(PlanningError) -> FirmwareRewrite {
        var asked = FirmwareRewrite.Request(imagePath: host.imagePath, guest: guest)
        asked.sevUsesFlash = settings.configuration.sevAttachment.value == .pflash
        asked.settingsPaths = host.settingsPaths
        asked.vmID = request.identity.vmID
        if let disk = request.efiDisk {
            let node = request.invocation.nodeName
            asked.variableStore = try resolving { () throws(VolumeError) in
                // Proxmox makes the stores of SEV guests from a template of the large size only.
                let size = guest == .normal ? disk.variables : .large
                let store = try host.storages.variableStore(of: disk, on: node)
                return VariableStoreOption(store, size: size)
            }
        }
        if case .stock = choice.image { asked.keepsPlace = true }
        return try attaching { [asked] () throws(AttachmentError) in
            let attached = try AttachedFirmware(request.commandLine, machine: machine)
            let audit = CommandLineAudit(
                request.commandLine,
                attached: attached,
                context: host.audit,
            )
            do throws(AuditRefusal) { try audit.run() } catch { throw .refused(error) }
            return try FirmwareRewrite(request.commandLine, attached: attached, request: asked)
        }
    }

    /// Read from the rewritten command line, because that is the one that QEMU gets.
    static func firmwarePlan(
        _ choice: FirmwareChoice,
        _ image: ImageRequest,
        _ guest: GuestKind,
        _ attachment: FirmwareAttachment,
        _ commandLine: QEMUCommandLine,
    ) throws(PlanningError) -> LaunchPlan.FirmwarePlan {
        try attaching { () throws(AttachmentError) in
            let machine = MachineOptions(commandLine)
            let attached = try AttachedFirmware(commandLine, machine: machine)
            let store = try FlashFile(variablesOf: attached, in: commandLine)
            return LaunchPlan.FirmwarePlan(
                choice: choice,
                image: image,
                guest: guest,
                attachment: attachment,
                context: try JudgementContext(
                    commandLine,
                    guest: guest,
                    attachment: attachment,
                    store: store,
                ),
                variableStore: store,
            )
        }
    }

    /// - Parameter ownDirectories: of those that the environment names, the ones that only root and
    ///   the launcher's user may write to.
    package static func environment(
        of request: LaunchRequest,
        _ settings: LaunchSettings,
        _ ownDirectories: [ByteString],
    ) -> (kept: [ByteString], removed: [ByteString]) {
        let environment = request.invocation.environment
        guard request.invocation.isRoot else { return (environment, []) }
        let kept = KeptEnvironment(
            environment,
            keeping: settings.configuration.keptVariables,
            ownDirectories: ownDirectories,
        )
        return (kept.variables, kept.removed)
    }

    package static func programs(
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
    ) -> [FilePath] {
        QEMUProgram.candidates(
            configured: settings.configuration.qemu?.value,
            calledAs: request.vector.arguments.first ?? "",
        )
    }

    /// - Parameter rewritten: the command line with the custom firmware, whose files QEMU opens.
    static func confinement(
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
        _ surroundings: LaunchSurroundings?,
        adding rewritten: QEMUCommandLine? = nil,
    ) throws(PlanningError) -> LaunchPlan.ConfinementPlan {
        do {
            let ruleset = try Ruleset.derived(
                from: request.commandLine,
                spawn: settings.spawn,
                adding: settings.groups,
            )
            if settings.seccomp == .enforce { try Ruleset.requireStartable(request.commandLine) }
            let commandLine = rewritten ?? request.passedThrough
            guard let surroundings else {
                // No rows: a mode that wants some lets nothing pass.
                return .init(
                    mode: settings.seccomp,
                    ruleset: ruleset,
                    files: FilePlan(mode: settings.landlock, ruleset: nil),
                    capabilities: CapabilityPlan(mode: settings.capabilities, rules: nil),
                )
            }
            let files = FileRuleset.derived(
                from: commandLine,
                groups: ruleset.groups,
                in: surroundings,
            )
            return .init(
                mode: settings.seccomp,
                ruleset: ruleset,
                files: FilePlan(
                    mode: settings.landlock,
                    ruleset: files,
                    uncovered: commandLine.uncovered(
                        by: files,
                        from: surroundings.workingDirectory,
                    ),
                ),
                capabilities: .derived(
                    settings.capabilities,
                    from: commandLine,
                    groups: ruleset.groups,
                    files: files,
                    in: surroundings,
                ),
            )
        } catch {
            throw .policy(error)
        }
    }

    static func warnings(about files: FilePlan) -> [LaunchWarning] {
        guard files.mode != .off else { return [] }
        return files.uncovered.map { .files(.uncovered($0, mode: files.mode)) }
    }

    /// What brings firmware from elsewhere by design: the state of another VM, or of this one.
    static func warnings(about commandLine: QEMUCommandLine) -> [AttachmentWarning] {
        commandLine.options.filter { option in
            switch option.name {
            case "incoming", "loadvm", "loadstate": true
            // A replay starts from a snapshot where one is named.
            case "icount": option["rrsnapshot"] != nil
            default: false
            }
        }.map { .firmwareFromElsewhere(option: commandLine.quote($0, at: "rrsnapshot")) }
    }
}

// MARK: - Errors of the parts

extension Planner {
    static func attaching<Value>(
        _ decide: () throws(AttachmentError) -> Value
    ) throws(PlanningError) -> Value {
        do { return try decide() } catch { throw .attachment(error) }
    }

    static func resolving<Value>(
        _ resolve: () throws(VolumeError) -> Value
    ) throws(PlanningError) -> Value {
        do { return try resolve() } catch { throw .storage(error) }
    }
}

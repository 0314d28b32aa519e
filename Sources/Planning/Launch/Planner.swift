package import SystemPackage

/// Decides a launch. Reads like the specification, from top to bottom; touches nothing.
package enum Planner {
    /// The configuration as it applies to the VM; a call that starts none has no section.
    ///
    /// - Parameter guest: what was found of the VM that ``guestToRead(for:_:)`` names.
    package static func settings(
        _ request: LaunchRequest,
        configuration: LauncherConfiguration,
        guest: KnownGuest,
    ) throws(LaunchFailure) -> LaunchSettings {
        request.isQuestion
            ? LaunchSettings(configuration)
            : try LaunchSettings(configuration, for: request, guest: guest)
    }

    /// A launch without custom firmware: every word, variable and descriptor stays unchanged.
    ///
    /// - Parameter surroundings: `nil` if nothing asks for them.
    package static func passThrough(
        _ request: LaunchRequest,
        settings: LaunchSettings,
        surroundings: LaunchSurroundings? = nil,
    ) throws(LaunchFailure) -> LaunchPlan {
        let confinement = try confinement(request, settings, surroundings)
        return LaunchPlan(
            identity: request.identity,
            firmware: nil,
            commandLine: request.passedThrough,
            environment: request.invocation.environment,
            removedVariables: [],
            programs: programs(request, settings),
            confinement: confinement,
            warnings: warnings(about: confinement.files),
            isRecorded: settings.configuration.log.value == .syslog && !request.isQuestion
                && request.identity.isNamed,
        )
    }

    /// A launch with the chosen image in the place of its firmware.
    package static func plan(
        _ request: LaunchRequest,
        settings: LaunchSettings,
        choice: FirmwareChoice,
        host: HostState,
    ) throws(LaunchFailure) -> LaunchPlan {
        let machine = MachineOptions(request.commandLine)
        try requireSupported(request, machine, settings)
        let guest = try failing { () throws(GuestKindError) in
            try GuestKind(request.commandLine, machine: machine)
        }
        let imageGuest = try guestOfImage(guest, choice, request, settings)
        let image = try imageRequest(for: choice, request, settings, host)
        let rewrite = try rewrite(request, machine, imageGuest, choice, settings, host)
        let rewritten = QEMUCommandLine(
            ArgumentVector(rewrite.arguments),
            files: request.commandLine.files.placed(at: host.settingsPaths),
        )
        let environment = environment(of: request, settings, host.ownDirectories)
        let confinement = try confinement(
            request,
            settings,
            host.surroundings,
            adding: rewritten,
        )
        return LaunchPlan(
            identity: request.identity,
            firmware: try firmwarePlan(
                choice,
                image,
                guest,
                rewrite.attachment,
                rewritten,
                settings,
            ),
            commandLine: rewritten,
            environment: environment.kept,
            removedVariables: environment.removed,
            programs: programs(request, settings),
            confinement: confinement,
            // A template's backup uses no variable store and no other firmware.
            warnings: (settings.isTemplateBackup
                ? [] : rewrite.warnings + warnings(about: request.commandLine)).map(
                    LaunchWarning.attachment
                ) + warnings(about: confinement.files),
            isRecorded: settings.configuration.log.value == .syslog,
        )
    }
}

/// What the planner does, a function a step.
extension Planner {
    static func requireSupported(
        _ request: LaunchRequest,
        _ machine: MachineOptions,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) {
        let called = request.vector.arguments.first ?? ""
        let program = settings.configuration.qemu.map { ByteString($0.value.string) } ?? called
        for name in [called, program] where !QEMUProgram.isX86(name) {
            throw LaunchFailure(PlanningError.otherArchitecture(program: name))
        }
        if let type = machine["type"], !MachineType(type).hasFlash {
            throw LaunchFailure(PlanningError.unsupportedMachine(type: type))
        }
    }

    /// The kind of guest that decides where the image goes: the VM's own, which the image's pin has
    /// to allow, or for a template's backup one that the pin allows.
    static func guestOfImage(
        _ guest: GuestKind,
        _ choice: FirmwareChoice,
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) -> GuestKind {
        guard let allowed = choice.guests, !allowed.contains(guest) else { return guest }
        if settings.isTemplateBackup, case .volume = choice.image {
            return FirmwareSection.guestOfBackup(allowing: allowed)
        }
        if request.looksLikeTemplateBackup, case .unreadable(let why) = settings.guest { throw why }
        throw LaunchFailure(
            PlanningError.guestNotAllowed(guest, image: choice.name, allowed: allowed)
        )
    }

    static func imageRequest(
        for choice: FirmwareChoice,
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
        _ host: HostState,
    ) throws(LaunchFailure) -> ImageRequest {
        switch choice.image {
        case .stock(let path):
            return StockImage.request(
                path: path,
                pins: choice.pins,
                build: choice.build,
                configuration: settings.configuration.file,
            )
        case .volume(let volume):
            let node = request.invocation.nodeName
            let location = try failing { () throws(VolumeError) in
                try host.storages.firmwareLocation(of: volume, on: node)
            }
            return ImageRequest(
                name: choice.name,
                root: location.root,
                directories: location.directories,
                fileName: location.fileName,
                pins: choice.pins,
                build: choice.build,
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
    ) throws(LaunchFailure) -> FirmwareRewrite {
        var asked = FirmwareRewrite.Request(imagePath: host.imagePath, guest: guest)
        asked.sevUsesFlash = settings.configuration.sevAttachment.value == .pflash
        asked.settingsPaths = host.settingsPaths
        asked.vmID = request.identity.vmID
        if let disk = request.efiDisk {
            let node = request.invocation.nodeName
            asked.variableStore = try failing { () throws(VolumeError) in
                // Proxmox makes the stores of SEV guests from a template of the large size only.
                let size = guest == .normal ? disk.variables : .large
                let store = try host.storages.variableStore(of: disk, on: node)
                return VariableStoreOption(store, size: size)
            }
        }
        if case .stock = choice.image { asked.keepsPlace = true }
        let attached = try failing { () throws(AttachmentError) in
            try AttachedFirmware(request.commandLine, machine: machine)
        }
        let audit = CommandLineAudit(request.commandLine, attached: attached, context: host.audit)
        try failing { () throws(AuditRefusal) in try audit.run() }
        return try failing { [asked] () throws(AttachmentError) in
            try FirmwareRewrite(request.commandLine, attached: attached, request: asked)
        }
    }

    /// Read from the rewritten command line, because QEMU gets that one.
    static func firmwarePlan(
        _ choice: FirmwareChoice,
        _ image: ImageRequest,
        _ guest: GuestKind,
        _ attachment: FirmwareAttachment,
        _ commandLine: QEMUCommandLine,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) -> LaunchPlan.FirmwarePlan {
        let store = try failing { () throws(AttachmentError) in
            let attached = try AttachedFirmware(commandLine, machine: MachineOptions(commandLine))
            return try FlashFile(variablesOf: attached, in: commandLine)
        }
        var context = try failing { () throws(GuestKindError) in
            try JudgementContext(commandLine, guest: guest, attachment: attachment, store: store)
        }
        context.isRun = !settings.isTemplateBackup
        return LaunchPlan.FirmwarePlan(
            choice: choice,
            image: image,
            guest: guest,
            attachment: attachment,
            context: context,
            variableStore: store,
        )
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
    ) throws(LaunchFailure) -> LaunchPlan.ConfinementPlan {
        let ruleset = try failing { () throws(PolicyError) in
            let ruleset = try Ruleset.derived(
                from: request.commandLine,
                spawn: settings.spawn,
                adding: settings.groups,
            )
            if settings.seccomp == .enforce { try Ruleset.requireStartable(request.commandLine) }
            return ruleset
        }
        let commandLine = rewritten ?? request.passedThrough
        guard let surroundings else {
            // No rows: a mode that needs rows lets nothing pass.
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
            // A replay starts from a snapshot if one is named.
            case "icount": option["rrsnapshot"] != nil
            default: false
            }
        }.map { .firmwareFromElsewhere(option: commandLine.quote($0, at: "rrsnapshot")) }
    }
}

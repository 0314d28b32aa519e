import SystemPackage

/// Decides a launch. Reads like the specification, from top to bottom; touches nothing.
package enum Planner {
    /// The configuration as it applies to the VM; a call that starts none has no section.
    package static func settings(
        _ request: LaunchRequest,
        configuration: LauncherConfiguration,
    ) throws(PlanningError) -> LaunchSettings {
        request.isQuestion
            ? LaunchSettings(configuration)
            : try LaunchSettings(configuration, for: request.identity)
    }

    /// Which image this VM gets in the place of its firmware.
    package static func demand(
        _ request: LaunchRequest,
        settings: LaunchSettings,
    ) throws(PlanningError) -> FirmwareDemand {
        if request.isQuestion { return .nothing }
        if let choice = try FirmwareChoice(request, settings: settings) { return .image(choice) }
        guard settings.configuration.stockFirmware.value == .verify else { return .nothing }
        return try StockImage.reference(in: request.commandLine).map(FirmwareDemand.stock)
            ?? .nothing
    }

    /// A launch without custom firmware: every word, variable and descriptor as it came.
    ///
    /// - Parameter surroundings: `nil` where nothing asks for them.
    package static func passThrough(
        _ request: LaunchRequest,
        settings: LaunchSettings,
        surroundings: LaunchSurroundings? = nil,
    ) throws(PlanningError) -> LaunchPlan {
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
    ) throws(PlanningError) -> LaunchPlan {
        let machine = MachineOptions(request.commandLine)
        try requireSupported(request, machine, settings)
        let guest = try attaching { () throws(AttachmentError) in
            try GuestKind(request.commandLine, machine: machine)
        }
        try requireAllowed(guest, choice)
        let image = try imageRequest(for: choice, request, settings, host)
        let rewrite = try rewrite(request, machine, guest, choice, settings, host)
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
            firmware: try firmwarePlan(choice, image, guest, rewrite.attachment, rewritten),
            commandLine: rewritten,
            environment: environment.kept,
            removedVariables: environment.removed,
            programs: programs(request, settings),
            confinement: confinement,
            warnings: (rewrite.warnings + warnings(about: request.commandLine)).map(
                LaunchWarning.attachment
            ) + warnings(about: confinement.files),
            isRecorded: settings.configuration.log.value == .syslog,
        )
    }
}

/// What a VM is to start with.
package enum FirmwareDemand: Equatable, Sendable {
    /// Whatever its command line attaches.
    case nothing
    case image(FirmwareChoice)
    /// What its command line attaches, once it is verified. Which file that is, the host tells.
    case stock(StockImage.Reference)
}

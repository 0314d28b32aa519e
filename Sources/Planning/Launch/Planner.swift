import SystemPackage

/// Decides a launch. Reads like the specification, from top to bottom; touches nothing.
package enum Planner {
    /// The configuration as it applies to the VM; a call that starts none has no section.
    package static func settings(
        _ request: LaunchRequest,
        configuration: LauncherConfiguration,
    ) throws(PlanningError) -> LaunchSettings {
        request.isInformational
            ? LaunchSettings(configuration)
            : try LaunchSettings(configuration, for: request.identity)
    }

    /// The image this VM gets in the place of its firmware, or `nil` where nothing was asked.
    package static func choose(
        _ request: LaunchRequest,
        settings: LaunchSettings,
    ) throws(PlanningError) -> FirmwareChoice? {
        guard !request.isInformational else { return nil }
        if let choice = try FirmwareChoice(request, settings: settings) { return choice }
        guard settings.configuration.stockFirmware.value == .verify else { return nil }
        let path = try attaching { () throws(AttachmentError) in
            try StockImage.path(in: request.vector)
        }
        guard let path else { return nil }
        guard path.bytes.first == UInt8(ascii: "/"), let text = path.text else {
            throw .stockFirmwareNotAPath(path)
        }
        return FirmwareChoice(stock: FilePath(text).lexicallyNormalized(), settings: settings)
    }

    /// A launch without custom firmware: every word, variable and descriptor as it came.
    package static func passThrough(
        _ request: LaunchRequest,
        settings: LaunchSettings,
    ) throws(PlanningError) -> LaunchPlan {
        LaunchPlan(
            identity: request.identity,
            firmware: nil,
            arguments: request.passThroughArguments,
            environment: request.invocation.environment,
            removedVariables: [],
            programs: programs(request, settings),
            confinement: try confinement(request, settings),
            warnings: [],
            isRecorded: settings.configuration.log.value == .syslog && !request.isInformational
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
        let machine = MachineOptions(request.vector)
        try requireSupported(request, machine, settings)
        let guest = try attaching { () throws(AttachmentError) in
            try GuestKind(request.vector, machine: machine)
        }
        try requireAllowed(guest, choice)
        let image = try imageRequest(for: choice, request, settings, host)
        let rewrite = try rewrite(request, machine, guest, choice, settings, host)
        let environment = environment(of: request, settings, host)
        return LaunchPlan(
            identity: request.identity,
            firmware: try firmwarePlan(choice, image, guest, rewrite),
            arguments: rewrite.arguments,
            environment: environment.kept,
            removedVariables: environment.removed,
            programs: programs(request, settings),
            confinement: try confinement(request, settings),
            warnings: (rewrite.warnings + warnings(about: request.vector)).map(
                LaunchWarning.attachment
            ),
            isRecorded: settings.configuration.log.value == .syslog,
        )
    }
}

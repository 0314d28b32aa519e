package import Planning
import SystemPackage

/// A launch that is decided, verified and sealed. After this, it is only started or shown.
package struct PreparedLaunch: ~Copyable {
    package let plan: LaunchPlan
    /// What was found out about the image; `nil` if the launch has none.
    package let facts: SealedFacts?
    /// What the operator should know: of the command line, of what QEMU starts, of the image.
    package let warnings: [LaunchWarning]
    /// The launch digest to expect; `nil` if the image is not looked at, and for normal guests.
    package let forecast: LaunchForecast?
    private let image: PlacedImage?
    private let domain: FileDomain

    private init(
        _ plan: LaunchPlan,
        avoiding numbers: Set<Int32>,
        _ image: consuming PlacedImage? = nil,
        _ facts: SealedFacts? = nil,
        warnings: [LaunchWarning] = [],
        forecast: LaunchForecast? = nil,
    ) throws(LaunchFailure) {
        let domain = try FileDomain(plan.confinement.files, avoiding: numbers)
        self.plan = plan
        self.image = image
        self.facts = facts
        self.warnings =
            plan.warnings + HelperRights.warnings(plan) + warnings
            + domain.warnings.map(LaunchWarning.files)
        self.forecast = forecast
        self.domain = domain
    }

    /// Becomes QEMU. The filter comes last, so that it does not have to allow what only the
    /// launcher does; everything after it is QEMU.
    ///
    /// - Throws: why the process could not be confined or could not become QEMU.
    package consuming func start() throws(LaunchFailure) -> Never {
        let plan = plan
        if plan.isRecorded {
            SystemLog().send(LaunchRecord(plan, sealed: facts, forecast: forecast))
        }
        do {
            let program = try Executable(firstOf: plan.programs)
            let descriptor = try Self.hold(image)
            let confinement = try Self.confined(plan, domain)
            try program.become(plan, descriptor, confinement)
        } catch {
            throw error.labelled(plan.identity.label)
        }
    }

    /// What a start would find out last: whether there is a QEMU to become.
    package borrowing func requireProgram() throws(LaunchFailure) {
        let plan = plan
        do throws(LaunchFailure) {
            try Executable(firstOf: plan.programs).requireOtherThanInstalledLauncher()
        } catch {
            throw error.labelled(plan.identity.label)
        }
    }

    private static func confined(
        _ plan: LaunchPlan,
        _ domain: consuming FileDomain,
    ) throws(LaunchFailure) -> Confinement {
        do throws(ConfinementError) {
            return try confine(plan.confinement, in: domain)
        } catch {
            throw LaunchFailure(error)
        }
    }

    private static func hold(
        _ image: consuming PlacedImage?
    ) throws(LaunchFailure) -> ImageDescriptor? {
        guard let image = consume image else { return nil }
        do throws(HostError) {
            return try image.hold()
        } catch {
            throw LaunchFailure(error)
        }
    }
}

// MARK: - Preparing

extension PreparedLaunch {
    /// Every stage up to the point where the process itself would change.
    ///
    /// - Parameters:
    ///   - seccomp: what happens to system calls outside the filter, instead of the configured mode;
    ///     for a start by hand.
    ///   - depth: how much of the image is judged.
    /// - Throws: the first thing that is wrong; nothing has been started, and nothing is left over.
    package static func prepare(
        _ invocation: Invocation,
        seccomp: SeccompMode? = nil,
        depth: JudgementDepth = .launch,
    ) throws(LaunchFailure) -> PreparedLaunch {
        do {
            return try prepare(try request(invocation), seccomp, depth)
        } catch {
            throw error.labelled(MachineIdentity(invocation).label)
        }
    }

    /// How QEMU would be confined, whether or not its firmware would pass.
    package static func confinement(
        _ invocation: Invocation
    ) throws(LaunchFailure) -> LaunchPlan.ConfinementPlan {
        do {
            let request = try request(invocation)
            let settings = try settings(of: request)
            let surroundings = try surroundings(request, settings)
            return try Planner.passThrough(
                request,
                settings: settings,
                surroundings: surroundings,
            ).confinement
        } catch {
            throw error.labelled(MachineIdentity(invocation).label)
        }
    }

    /// What the rows about files and the capabilities depend on.
    private static func surroundings(
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) -> LaunchSurroundings {
        var surroundings = try LaunchSurroundings(of: request, settings)
        let planned = try Planner.passThrough(
            request,
            settings: settings,
            surroundings: surroundings,
        )
        try surroundings.look(at: planned.confinement.files.ruleset?.rules ?? [])
        return surroundings
    }

    private static func settings(
        of request: LaunchRequest
    ) throws(LaunchFailure) -> LaunchSettings {
        let configuration = try LaunchFiles.configuration(for: request)
        return try Planner.settings(
            request,
            configuration: configuration,
            guest: LaunchFiles.guest(of: request, configuration),
        )
    }

    /// The command line, with the files of settings that QEMU would read for it.
    private static func request(_ invocation: Invocation) throws(LaunchFailure) -> LaunchRequest {
        let files = SettingsFiles(readBy: ArgumentVector(invocation.arguments))
        return try failing { () throws(LauncherOptionError) in
            try LaunchRequest(invocation, files: files)
        }
    }

    private static func prepare(
        _ request: LaunchRequest,
        _ seccomp: SeccompMode?,
        _ depth: JudgementDepth,
    ) throws(LaunchFailure) -> PreparedLaunch {
        let settings = try settings(of: request).choosing(seccomp)
        let demand = try Planner.demand(request, settings: settings)
        switch demand {
        case .nothing:
            let surroundings =
                settings.looksAround ? try surroundings(request, settings) : nil
            let plan = try Planner.passThrough(
                request,
                settings: settings,
                surroundings: surroundings,
            )
            return try enclosed(plan, request)
        case .image(let choice):
            return try prepare(request, settings, choice, depth)
        case .stock(let reference):
            let path = try StockFirmwareSearch.file(reference, for: request, settings)
            let choice = FirmwareChoice(stock: path, settings: settings)
            return try prepare(request, settings, choice, depth)
        }
    }

    private static func prepare(
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
        _ choice: FirmwareChoice,
        _ depth: JudgementDepth,
    ) throws(LaunchFailure) -> PreparedLaunch {
        let numbers = request.mentionedNumbers
        let reserved = try failing { () throws(HostError) in
            try ReservedDescriptor(avoiding: numbers)
        }
        let kernels = LaunchFiles.kernels(of: request)
        let copied = LaunchFiles.copied(request, kernels)
        let copies = try failing { () throws(HostError) in
            try SettingsDescriptors(for: copied, avoiding: numbers)
        }
        let host = HostState(
            storages: try LaunchFiles.storages(for: settings.configuration),
            audit: LaunchFiles.audit(request, settings, kernels),
            imageDescriptor: reserved.number,
            settingsDescriptors: copies.numbers,
            ownDirectories: HostFiles.ownDirectories(among: request.directoriesInEnvironment),
            surroundings: settings.looksAround ? try surroundings(request, settings) : nil,
        )
        let plan = try Planner.plan(request, settings: settings, choice: choice, host: host)
        guard let firmware = plan.firmware else { return try enclosed(plan, request) }
        let sealed = try failing { () throws(VerificationError) in
            let verified = try verify(firmware.image)
            return try Host.seal(verified)
        }
        // Before the launch digest is computed, which reads the kernel where QEMU will.
        do throws(HostError) { try copies.fill(from: copied) } catch { throw LaunchFailure(error) }
        let warnings = try judge(sealed, depth, for: firmware)
        let forecast = sealed.withBytes { bytes in
            LaunchForecast(of: bytes, guest: firmware.guest, commandLine: plan.commandLine)
        }
        let facts = sealed.facts
        let placed = PlacedImage(image: sealed, place: reserved, settings: copies)
        return try enclosed(plan, request, placed, facts, warnings, forecast)
    }

    private static func enclosed(
        _ plan: LaunchPlan,
        _ request: LaunchRequest,
        _ image: consuming PlacedImage? = nil,
        _ facts: SealedFacts? = nil,
        _ warnings: [LaunchWarning] = [],
        _ forecast: LaunchForecast? = nil,
    ) throws(LaunchFailure) -> PreparedLaunch {
        // Only rows make descriptors that could be confused with others.
        let numbers = plan.confinement.files.mode == .enforce ? request.mentionedNumbers : []
        return try PreparedLaunch(
            plan,
            avoiding: numbers,
            image,
            facts,
            warnings: warnings,
            forecast: forecast,
        )
    }

    /// Understands exactly the bytes that QEMU will get.
    private static func judge(
        _ sealed: borrowing SealedImage,
        _ depth: JudgementDepth,
        for firmware: LaunchPlan.FirmwarePlan,
    ) throws(LaunchFailure) -> [LaunchWarning] {
        var context = firmware.context
        if context.attachment == .flash, let store = firmware.variableStore {
            context.store = LaunchFiles.store(store)
        }
        let build = firmware.image.build?.build
        let findings = sealed.withBytes { bytes in
            Planning.judge(bytes, depth: depth, knowing: build, in: context)
        }
        let warnings = try failing { () throws(ImageUnfit) in
            try firmware.choice.warnings(about: findings)
        }
        if depth == .whole { try sealed.requireStatedBuild(in: firmware.image) }
        return warnings
    }
}

/// The sealed image and the descriptor number that its plan names.
private struct PlacedImage: ~Copyable {
    let image: SealedImage
    let place: ReservedDescriptor
    let settings: SettingsDescriptors

    consuming func hold() throws(HostError) -> ImageDescriptor {
        try settings.keepOpen()
        return try place.hold(image, with: settings)
    }
}

extension Executable {
    fileprivate func become(
        _ plan: LaunchPlan,
        _ image: consuming ImageDescriptor?,
        _ confinement: consuming Confinement,
    ) throws(LaunchFailure) -> Never {
        do throws(ExecutionError) {
            try execute(
                arguments: plan.arguments,
                environment: plan.environment,
                inheriting: image,
                under: confinement,
            )
        } catch {
            throw LaunchFailure(error)
        }
    }
}

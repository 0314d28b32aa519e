/// What a plan with custom firmware depends on besides the call and its settings, as it was found
/// on this host.
package struct HostState: Sendable {
    package var storages: StorageConfiguration
    package var audit: CommandLineAudit.Context
    /// The number of the descriptor that will hold the sealed image.
    package var imageDescriptor: Int32
    /// Those that will hold sealed copies of QEMU's files of settings, by the files' names.
    package var settingsDescriptors: [ByteString: Int32]
    /// Those directories of the environment that nobody else can change.
    package var ownDirectories: [ByteString]
    /// `nil` if nothing asks for it.
    package var surroundings: LaunchSurroundings?

    package init(
        storages: StorageConfiguration,
        audit: CommandLineAudit.Context,
        imageDescriptor: Int32,
        settingsDescriptors: [ByteString: Int32] = [:],
        ownDirectories: [ByteString] = [],
        surroundings: LaunchSurroundings? = nil,
    ) {
        self.storages = storages
        self.audit = audit
        self.imageDescriptor = imageDescriptor
        self.settingsDescriptors = settingsDescriptors
        self.audit.descriptors = Set(settingsDescriptors.values).union([imageDescriptor])
        self.ownDirectories = ownDirectories
        self.surroundings = surroundings
    }

    /// The path by which QEMU opens the image: the same spelling works for flash and for `-bios`
    /// in every QEMU from 7.2 to 11.1, and a confidential guest's reset reads it again.
    package var imagePath: ByteString { Self.path(of: imageDescriptor) }

    /// Where QEMU finds the copies of its files of settings.
    package var settingsPaths: [ByteString: ByteString] {
        settingsDescriptors.mapValues(Self.path(of:))
    }

    private static func path(of descriptor: Int32) -> ByteString {
        ByteString("/proc/self/fd/\(descriptor)")
    }
}

/// The configuration as it applies to one VM.
package struct LaunchSettings: Sendable {
    package let configuration: LauncherConfiguration
    /// The `vm:` section that is for this VM.
    package let section: VirtualMachineSection?
    package let guest: KnownGuest
    /// Whether this is a template that Proxmox starts for its backup: its processors do not run.
    package let isTemplateBackup: Bool
    /// What a person who starts the VM by hand chose instead of the configured mode.
    private var seccompByHand: SeccompMode?

    /// - Throws: if the configuration has a section for this VM, but contradicts itself or was
    ///   written for another VM with the same ID.
    package init(
        _ configuration: LauncherConfiguration,
        for request: LaunchRequest,
        guest: KnownGuest,
    ) throws(LaunchFailure) {
        self.configuration = configuration
        self.guest = guest
        if case .notNeeded = guest, configuration.offersByTag,
            let vmid = Planner.guestToRead(for: request, configuration)
        {
            throw LaunchFailure(PlanningError.guestNotRead(vmid))
        }
        let template = request.looksLikeTemplateBackup ? guest.settings : nil
        isTemplateBackup = template?.isTemplate == true
        // Proxmox leaves a template's UUID out of the command line.
        let ownUUID = template.flatMap { $0.isTemplate ? $0.uuid : nil }
        let identity = request.identity
        let vmid = identity.vmID.flatMap { VirtualMachineID($0.bytes) }
        if let id = identity.vmID, vmid == nil,
            configuration.hasVirtualMachines || configuration.offersByTag
        {
            throw LaunchFailure(PlanningError.notAVMID(id))
        }
        section = try failing { () throws(ConfigurationError) in
            try configuration.virtualMachine(
                vmid: vmid,
                name: identity.name,
                uuid: ownUUID ?? identity.uuid.flatMap { MachineUUID($0.bytes[...]) },
            )
        }
    }

    /// The configuration alone: for calls that start no VM.
    package init(_ configuration: LauncherConfiguration) {
        self.configuration = configuration
        section = nil
        guest = .notNeeded
        isTemplateBackup = false
    }

    /// The same, with another mode if one is given.
    package func choosing(_ seccomp: SeccompMode?) -> LaunchSettings {
        var settings = self
        settings.seccompByHand = seccomp
        return settings
    }

    package var seccomp: SeccompMode { seccompByHand ?? configuration.seccomp(for: section).value }
    package var landlock: LandlockMode { configuration.landlock(for: section).value }
    package var capabilities: CapabilityMode { configuration.capabilities(for: section).value }
    /// Whether a launch has to look at its surroundings before it is confined.
    package var looksAround: Bool { landlock != .off || capabilities != .keep }
    package var spawn: SpawnPolicy { configuration.spawn(for: section).value }
    /// Groups of system calls that the configuration adds.
    package var groups: [SyscallGroup] { configuration.groups(for: section) }
    /// What an administrator takes responsibility for, although the launcher does not know it to be
    /// harmless.
    package var permitted: Set<AuditedItem> {
        Set(configuration.permitted.map(\.value)).union(section?.permitted.map(\.value) ?? [])
    }
    package var allowsDebugging: Bool { configuration.debug(for: section).value == .allow }

    /// A line of the configuration, as messages name it.
    func place(_ line: Int?) -> String {
        line.map { "\(configuration.file) line \($0)" } ?? configuration.file
    }
}

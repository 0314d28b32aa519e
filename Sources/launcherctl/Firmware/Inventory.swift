import Host
import Planning
import SystemPackage

/// The configuration, the storages and the VMs of this host, as the commands of the store see
/// them.
struct Inventory {
    let configurationPath: FilePath
    let configuration: LauncherConfiguration
    let storages: StorageConfiguration
    let node: String
    let cluster: ClusterFiles

    init(_ path: FilePath?) throws(LaunchFailure) {
        let configuration = try LaunchFiles.configuration(at: path)
        configurationPath = path ?? LauncherConfiguration.defaultFile
        self.configuration = configuration
        storages = try LaunchFiles.storages(for: configuration)
        node = try Invocation.current().nodeName
        // Next to storage.cfg: everything of a cluster is in one directory.
        cluster = ClusterFiles(
            below: configuration.storageConfiguration.value.removingLastComponent()
        )
    }

    func location(of volume: FirmwareVolumeID) throws(LaunchFailure) -> FirmwareLocation {
        try failing { () throws(VolumeError) in
            try storages.firmwareLocation(of: volume, on: node)
        }
    }

    /// The directory of the volume's storage; `nil` if it has none on this host.
    func root(of volume: FirmwareVolumeID) -> FilePath? {
        do throws(LaunchFailure) { return try location(of: volume).root } catch { return nil }
    }

    /// Where a file system has to be mounted for the storage to be there, and is not.
    func missingMount(of storage: Storage) throws(HostError) -> FilePath? {
        let usual = storage.type.isMountedByDefault ? storage.path : nil
        guard let place = storage.mountPoint ?? usual else { return nil }
        return try MountPoint.isMounted(place) == true ? nil : place
    }

    /// What a start would ask of the image.
    ///
    /// - Parameter pins: `nil` for those of the configuration.
    func request(
        for subject: FirmwareSection.Subject,
        pins: [ImageRequest.Pin]? = nil,
    ) throws(LaunchFailure) -> ImageRequest {
        switch subject {
        case .volume(let volume): try request(for: volume, pins: pins)
        case .path(let path): request(for: path, pins: pins)
        }
    }

    /// What a start would ask of the volume.
    ///
    /// - Parameter pins: `nil` for those of the configuration.
    func request(
        for volume: FirmwareVolumeID,
        pins: [ImageRequest.Pin]? = nil,
    ) throws(LaunchFailure) -> ImageRequest {
        let location = try location(of: volume)
        return ImageRequest(
            name: volume.description,
            root: location.root,
            directories: location.directories,
            fileName: location.fileName,
            pins: pins ?? self.pins(of: volume),
            build: configuration.firmware(for: volume)?.statedBuild(file: configuration.file),
            configuration: configuration.file,
            rules: .volume(accepting: configuration.readOnly.value),
        )
    }

    /// What a start would ask of pinned stock firmware.
    ///
    /// - Parameter pins: `nil` for those of the configuration.
    func request(for path: FilePath, pins: [ImageRequest.Pin]? = nil) -> ImageRequest {
        StockImage.request(
            path: path,
            pins: pins ?? self.pins(of: .path(path)),
            build: configuration.firmware(for: path)?.statedBuild(file: configuration.file),
            configuration: configuration.file,
        )
    }

    func pins(of volume: FirmwareVolumeID) -> [ImageRequest.Pin] { pins(of: .volume(volume)) }

    func pins(of subject: FirmwareSection.Subject) -> [ImageRequest.Pin] {
        configuration.firmware(for: subject)?.pins(file: configuration.file) ?? []
    }

    /// Which VMs need which image; of every node, because a storage may be shared.
    func uses() throws(LaunchFailure) -> FirmwareUses {
        try failing { () throws(ConfigurationError) in
            try FirmwareUses(guests: cluster.guests, configuration: configuration, node: node)
        }
    }

    /// Writes a changed configuration. `edit` returns `nil` if there is nothing to change.
    ///
    /// - Parameter subject: what the change is about. If somebody has changed its pins since we read
    ///   them, what was decided by them does not hold any more.
    /// - Returns: whether the file was changed.
    func edit(
        pinsOf subject: FirmwareSection.Subject,
        _ edit: (PinEdit) throws(ConfigurationError) -> [UInt8]?
    ) throws(LaunchFailure) -> Bool {
        let file = try failing { () throws(HostFileError) in
            try ConfigurationFile(configurationPath)
        }
        let content = file.content ?? []
        let (edited, digests) = try failing { () throws(ConfigurationError) in
            let current = try PinEdit(content, file: configurationPath.string)
            return (try edit(current), current.digests(of: subject))
        }
        guard digests == pins(of: subject).map(\.digest) else {
            throw LaunchFailure(HostFileError.changed(path: configurationPath))
        }
        guard let edited, edited != content else { return false }
        try failing { () throws(HostFileError) in try file.replace(with: edited) }
        return true
    }
}

extension Inventory {
    /// Writes launcher.conf, changed; nothing if it stays the same.
    ///
    /// - Parameter edit: called while nobody else of us can change the file.
    /// - Returns: whether the file was changed.
    @discardableResult
    func edit(
        _ edit: (inout SectionEdit) throws(LaunchFailure) -> Void
    ) throws(LaunchFailure) -> Bool {
        let file = try failing { () throws(HostFileError) in
            try ConfigurationFile(configurationPath)
        }
        let content = file.content ?? []
        var current = try failing { () throws(ConfigurationError) in
            try SectionEdit(content, file: configurationPath.string)
        }
        try edit(&current)
        guard current.bytes != content else { return false }
        let edited = current.bytes
        try failing { () throws(HostFileError) in try file.replace(with: edited) }
        return true
    }

    /// What the VM's start would bring, and who asks for it.
    ///
    /// - Parameter option: the one in the VM's `args`.
    func wish(
        of guest: GuestConfiguration,
        _ option: FirmwareOption?,
    ) throws(LaunchFailure) -> FirmwareWish? {
        var wishes = option.map { [FirmwareWish($0.volume, origin: "its args")] } ?? []
        if let asked = section(of: guest)?.firmware {
            wishes.append(FirmwareWish(asked.value, origin: place(of: asked.line)))
        }
        if let offer = try offer(to: guest.current) {
            wishes.append(FirmwareWish(offer.volume, origin: offer.origin()))
        }
        let named = try failing { [wishes] () throws(PlanningError) in
            try FirmwareWish.agreed(wishes)
        }
        // Proxmox starts VMs of other architectures with a program that is not diverted.
        guard named == nil, guest.current.isUEFI, guest.current.foreignProgram == nil else {
            return named
        }
        return defaultWish(for: section(of: guest))
    }

    /// What a VM in UEFI mode gets that asks for no other image.
    ///
    /// - Parameter section: the VM's.
    func defaultWish(for section: VirtualMachineSection?) -> FirmwareWish? {
        configuration.defaultFirmware(for: section).map {
            FirmwareWish($0.value, origin: place(of: $0.line))
        }
    }

    /// A line of launcher.conf.
    func place(of line: Int?) -> String {
        line.map { "\(configuration.file) line \($0)" } ?? configuration.file
    }

    func offer(
        to settings: GuestConfiguration.Settings
    ) throws(LaunchFailure) -> TagOffer? {
        try failing { () throws(TagOfferError) in try configuration.offer(to: settings) }
    }

    /// `nil` also for a section that is not for this VM, which `check` reports.
    private func section(of guest: GuestConfiguration) -> VirtualMachineSection? {
        do throws(ConfigurationError) {
            return try configuration.virtualMachine(
                vmid: guest.vmid,
                name: nil,
                uuid: guest.current.uuid,
            )
        } catch {
            return nil
        }
    }
}

/// Whether the image is one that has not been uploaded yet, or is for other nodes.
func isAboutMissingImage(_ failure: LaunchFailure) -> Bool {
    switch failure.cause {
    case let error as VerificationError:
        switch error.cause {
        case .rootMissing, .directoryMissing, .fileMissing: true
        default: false
        }
    case let error as VolumeError:
        switch error {
        case .storageDisabled, .storageNotOnNode: true
        default: false
        }
    default: false
    }
}

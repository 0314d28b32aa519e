import Host
import Planning
import SystemPackage

/// A running VM's firmware, beside what its next start would use.
struct GuestStatus {
    enum State: String, CaseIterable {
        /// A start would use the same bytes.
        case current
        /// A start would use others: the pin, the image or the VM's wish has changed.
        case restartNeeded = "restart needed"
        /// It asks for no firmware, and has QEMU's.
        case stock
        /// It has no filter of ours, and none of our images.
        case withoutLauncher = "started without the launcher"
        /// It came with its memory, by a migration or from a snapshot, and its firmware with it: what
        /// that is cannot be told from here.
        case arrived = "came with its memory"
        /// A start would be refused.
        case wouldNotStart = "would not start"
    }

    /// Which filters of the launcher's it has. The kernel shows their number alone: to enforce takes
    /// two, to log one.
    enum Filter: String, CaseIterable {
        case no
        case log
        case enforce
        /// One of them: the kernel does not tell the number (before Linux 5.9).
        case yes
    }

    let guest: RunningGuest
    let identity: MachineIdentity
    let state: State
    let filter: Filter
    /// What is different; `nil` if nothing is.
    let reason: String?
    /// Of what it asks for now.
    let pins: [ImageRequest.Pin]

    /// Whether somebody has to do something.
    var isWell: Bool {
        switch state {
        case .current, .stock, .arrived: true
        case .restartNeeded, .withoutLauncher, .wouldNotStart: false
        }
    }
}

extension GuestStatus.Filter {
    /// - Parameter usualCount: filters that every process here has.
    fileprivate init(
        of guest: RunningGuest,
        _ commandLine: QEMUCommandLine,
        besides usualCount: Int?
    ) {
        guard guest.confinement.seccompMode == 2 else {
            self = .no
            return
        }
        guard let count = guest.confinement.filterCount, let usualCount else {
            self = .yes
            return
        }
        let isSandboxed = commandLine.all("sandbox").last?.turnsOn("enable") == true
        switch count - usualCount - (isSandboxed ? 1 : 0) {
        case ...0: self = .no
        case 1: self = .log
        default: self = .enforce
        }
    }
}

/// The status of every QEMU on this host.
struct HostStatus {
    private(set) var guests: [GuestStatus] = []
    /// Processes that look like QEMU, and that only root may look at.
    let hidden: [Int32]
    private let inventory: Inventory
    private let usualFilterCount: Int?
    /// What a start would find, by image: many VMs have the same.
    private var found: [ImageRequest: Result<SealedFacts, LaunchFailure>] = [:]

    init(_ inventory: Inventory) throws(LaunchFailure) {
        self.inventory = inventory
        let running = try failing { () throws(HostError) in try RunningGuests() }
        hidden = running.hidden
        usualFilterCount = running.usualFilterCount
        for guest in running.guests { guests.append(status(of: guest)) }
    }

    private mutating func status(of guest: RunningGuest) -> GuestStatus {
        let commandLine = QEMUCommandLine(guest.arguments)
        let identity = MachineIdentity(commandLine)
        let filter = GuestStatus.Filter(of: guest, commandLine, besides: usualFilterCount)
        do throws(LaunchFailure) {
            let section = try inventory.section(of: identity)
            let wish = try wish(of: guest, commandLine, identity, section)
            let pins = wish.map { inventory.pins(of: $0.volume) } ?? []
            let (state, reason) =
                if let arrival = arrival(guest, commandLine, wish) {
                    arrival
                } else {
                    try compare(guest, filter, wish, section)
                }
            return GuestStatus(
                guest: guest,
                identity: identity,
                state: state,
                filter: filter,
                reason: reason,
                pins: pins,
            )
        } catch {
            return GuestStatus(
                guest: guest,
                identity: identity,
                state: .wouldNotStart,
                filter: filter,
                reason: error.message,
                pins: [],
            )
        }
    }

    /// What the next start would ask for.
    private func wish(
        of guest: RunningGuest,
        _ commandLine: QEMUCommandLine,
        _ identity: MachineIdentity,
        _ section: VirtualMachineSection?,
    ) throws(LaunchFailure) -> FirmwareWish? {
        let vmid = identity.vmID.flatMap { VirtualMachineID($0.bytes) }
        let located = inventory.cluster.guests.first {
            $0.node == inventory.node && $0.guest.vmid == vmid
        }
        if let located {
            let option = try failing { () throws(GuestConfigurationError) in
                try located.guest.current.firmware()
            }
            return try inventory.wish(of: located.guest, option)
        }
        if let asked = section?.firmware {
            return FirmwareWish(asked.value, origin: inventory.place(of: asked.line))
        }
        // Whoever started it by hand, or libvirt, will ask for the same again.
        guard let name = guest.image?.name, !name.hasPrefix("/") else {
            return try defaultWish(for: commandLine, section)
        }
        return try failing { () throws(VolumeIDError) in
            FirmwareWish(try FirmwareVolumeID(parsing: name), origin: "its command line")
        }
    }

    /// The flash of such a VM is what its source sent, whatever image its own command line names.
    private func arrival(
        _ guest: RunningGuest,
        _ commandLine: QEMUCommandLine,
        _ wish: FirmwareWish?,
    ) -> (GuestStatus.State, String?)? {
        let ways = ["incoming", "loadvm", "loadstate"]
        guard guest.image != nil || wish != nil,
            let way = ways.first(where: { commandLine.vector.has($0) })
        else { return nil }
        let next = wish.map { "; a start would use \($0.volume)" } ?? ""
        return (.arrived, "its firmware came by -\(way)\(next)")
    }

    private func defaultWish(
        for commandLine: QEMUCommandLine,
        _ section: VirtualMachineSection?,
    ) throws(LaunchFailure) -> FirmwareWish? {
        guard let wish = inventory.defaultWish(for: section) else { return nil }
        let attached = try failing { () throws(AttachmentError) in
            try AttachedFirmware(commandLine, machine: MachineOptions(commandLine))
        }
        return attached.isUEFI ? wish : nil
    }

    private mutating func compare(
        _ guest: RunningGuest,
        _ filter: GuestStatus.Filter,
        _ wish: FirmwareWish?,
        _ section: VirtualMachineSection?,
    ) throws(LaunchFailure) -> (GuestStatus.State, String?) {
        let mode = inventory.configuration.seccomp(for: section).value
        let isFiltered = filter != .no || mode == .off
        let found = try compare(guest, isFiltered, wish)
        guard filter == .log, mode == .enforce, [.current, .stock].contains(found.0) else {
            return found
        }
        return (.restartNeeded, "its filter only records what it would refuse after a restart")
    }

    private mutating func compare(
        _ guest: RunningGuest,
        _ isFiltered: Bool,
        _ wish: FirmwareWish?,
    ) throws(LaunchFailure) -> (GuestStatus.State, String?) {
        guard let wish else { return try compareStock(guest, isFiltered) }
        guard let image = guest.image else {
            if !isFiltered { return (.withoutLauncher, "it asks for \(wish.volume)") }
            return (.restartNeeded, "asks for \(wish.volume) since it was started")
        }
        guard image.name == wish.volume.description else {
            return (.restartNeeded, "a start would use \(wish.volume), chosen by \(wish.origin)")
        }
        guard isFiltered else { return (.restartNeeded, "it has no filter, and would have one") }
        return try compare(guest, image, inventory.request(for: wish.volume))
    }

    private mutating func compareStock(
        _ guest: RunningGuest,
        _ isFiltered: Bool,
    ) throws(LaunchFailure) -> (GuestStatus.State, String?) {
        let isVerified = inventory.configuration.stockFirmware.value == .verify
        guard let image = guest.image else {
            if !isFiltered { return (.withoutLauncher, nil) }
            if isVerified { return (.restartNeeded, "its stock firmware was not verified") }
            return (.stock, nil)
        }
        guard image.name.hasPrefix("/") else {
            return (.restartNeeded, "does not ask for firmware any more")
        }
        guard isVerified else { return (.stock, nil) }
        return try compare(guest, image, inventory.request(for: FilePath(image.name)))
    }

    /// Root's processes are believed. Others may have given their file any name, so it is read.
    private mutating func compare(
        _ guest: RunningGuest,
        _ image: SealedImageOfProcess,
        _ request: ImageRequest,
    ) throws(LaunchFailure) -> (GuestStatus.State, String?) {
        for wanted in try facts(of: request).digests {
            let running = try failing { () throws(HostError) in
                let told = image.digests.first { $0.algorithm == wanted.algorithm }
                if let told, guest.user == 0 { return told }
                return try image.digest(by: wanted.algorithm)
            }
            guard running == wanted else {
                return (.restartNeeded, "the image is another one now (\(wanted))")
            }
        }
        return (.current, nil)
    }

    private mutating func facts(
        of request: ImageRequest
    ) throws(LaunchFailure) -> SealedFacts {
        if let found = found[request] { return try found.get() }
        let result: Result<SealedFacts, LaunchFailure>
        do throws(LaunchFailure) {
            result = .success(try requireVerified(request))
        } catch {
            result = .failure(error)
        }
        found[request] = result
        return try result.get()
    }
}

extension Inventory {
    fileprivate func section(
        of identity: MachineIdentity
    ) throws(LaunchFailure) -> VirtualMachineSection? {
        try failing { () throws(ConfigurationError) in
            try configuration.virtualMachine(
                vmid: identity.vmID.flatMap { VirtualMachineID($0.bytes) },
                name: identity.name,
                uuid: identity.uuid.flatMap { MachineUUID($0.bytes[...]) },
            )
        }
    }
}

import Host
import Planning
import SystemPackage

/// The VMs of this node that ask for firmware: would they get it?
struct GuestCheck {
    private(set) var findings: [CheckResult] = []
    /// VMs that ask for firmware.
    private(set) var count = 0
    private let inventory: Inventory
    private let images: ExaminedImages

    init(_ inventory: Inventory, _ images: ExaminedImages) {
        self.inventory = inventory
        self.images = images
        for located in inventory.cluster.guests where located.node == inventory.node {
            check(located.guest)
        }
        checkSections()
    }

    /// The VMs of this node that ask for one image: would they start from another one? Nothing is
    /// said of those that do not start from the old one either.
    ///
    /// - Parameters:
    ///   - digests: of the new image, which nobody has pinned yet.
    ///   - includesArgs: whether VMs count that ask by their `args`.
    init(
        _ inventory: Inventory,
        replacing replacement: FirmwareReplacement,
        having digests: [Digest],
        includingArgs includesArgs: Bool,
    ) {
        self.inventory = inventory
        images = ExaminedImages()
        for located in inventory.cluster.guests where located.node == inventory.node {
            let settings = located.guest.current
            do throws(LaunchFailure) {
                let option = try Self.option(of: settings)
                guard option == nil || includesArgs, !settings.isTemplate, settings.isUEFI,
                    let wish = try inventory.wish(of: located.guest, option),
                    wish.volume == replacement.old
                else { continue }
                let context = context(settings)
                let old = try inventory.request(for: replacement.old)
                _ = try images[old].requireStartable(for: context)
                check(
                    replacement.new,
                    digests: digests,
                    "\(located.guest.vmid)",
                    .failure,
                    for: context,
                    accepting: replacement.old,
                )
            } catch {
                // It does not start now, which 'check' says.
            }
        }
    }

    private mutating func check(_ guest: GuestConfiguration) {
        let name = "\(guest.vmid)"
        do throws(LaunchFailure) {
            let settings = guest.current
            // Proxmox leaves the args of a template out.
            let option = settings.isTemplate ? nil : try Self.option(of: settings)
            if let wish = try inventory.wish(of: guest, option) {
                count += 1
                if settings.isTemplate {
                    checkTemplate(wish.volume, name, settings)
                } else {
                    check(wish, digests: option?.digests ?? [], name, settings)
                }
            } else if settings.isTemplate, settings["args"]?.text.bytes.isEmpty == false {
                let message =
                    "a template: its args are not used; a backup starts it paused, with the"
                    + " firmware that Proxmox attaches"
                findings.append(CheckResult("vm", name, .ok, message))
            }
            if let pending = guest.pending { try check(later: pending, "\(name) (pending)") }
            for snapshot in guest.snapshots {
                try check(later: snapshot.settings, "\(name) (snapshot \(snapshot.name))")
            }
        } catch {
            findings.append(CheckResult("vm", name, .failure, error))
        }
        let isRelevant =
            guest.current["args"]?.text.bytes.count ?? 0 > 0
            || inventory.configuration.offersByTag
        for warning in guest.warnings where isRelevant {
            findings.append(CheckResult("vm", name, .warning, warning.message))
        }
    }

    private static func option(
        of settings: GuestConfiguration.Settings
    ) throws(LaunchFailure) -> FirmwareOption? {
        try failing { () throws(GuestConfigurationError) in try settings.firmware() }
    }

    /// Settings that a later start may have.
    private mutating func check(
        later settings: GuestConfiguration.Settings,
        _ subject: String,
    ) throws(LaunchFailure) {
        if let option = try Self.option(of: settings) {
            check(option.volume, digests: option.digests, subject, .warning)
        }
        if let offer = try inventory.offer(to: settings) {
            check(offer.volume, digests: [], subject, .warning, saying: offer.message)
        }
    }

    private mutating func check(
        _ wish: FirmwareWish,
        digests: [Digest],
        _ name: String,
        _ settings: GuestConfiguration.Settings,
    ) {
        let volume = wish.volume
        guard settings.isUEFI else { return addNotUEFI(volume, name) }
        if let program = settings.foreignProgram { return addForeign(program, volume, name) }
        if let guests = inventory.configuration.firmware(for: volume)?.guests?.value,
            !guests.contains(settings.guestKind)
        {
            let message = "\(volume) is not for \(settings.guestKind.displayName) guests"
            findings.append(CheckResult("vm", name, .failure, message))
            return
        }
        check(
            volume,
            digests: digests,
            name,
            .failure,
            for: context(settings),
            saying: "\(volume), chosen by \(wish.origin)",
        )
    }

    private mutating func addNotUEFI(_ volume: FirmwareVolumeID, _ name: String) {
        let message = "not in UEFI mode, but asks for \(volume)"
        let hint = "qm set \(name) --bios ovmf"
        findings.append(CheckResult("vm", name, .failure, message, hint: hint))
    }

    /// Proxmox starts such a VM with another program, which is not diverted.
    private mutating func addForeign(
        _ program: FilePath,
        _ volume: FirmwareVolumeID,
        _ name: String,
    ) {
        let message = "starts \(program) and not the launcher, so without \(volume)"
        let hint = "custom firmware is for x86 VMs: take it from this VM, or its 'arch'"
        findings.append(CheckResult("vm", name, .failure, message, hint: hint))
    }

    /// How this VM would start, apart from what its variable store tells.
    private func context(_ settings: GuestConfiguration.Settings) -> JudgementContext {
        var context = context(settings.guestKind)
        context.machineType = settings.machineType
        return context
    }

    /// How a guest of this kind would start.
    private func context(_ guest: GuestKind) -> JudgementContext {
        let sevUsesFlash = inventory.configuration.sevAttachment.value == .pflash
        return JudgementContext(
            guest: guest,
            attachment: guest.startsFromFlash(sevUsesFlash: sevUsesFlash) ? .flash : .bios,
            store: .init(byteCount: nil),
        )
    }

    /// Proxmox starts a template only to back it up, paused and without its args
    /// (qemu-server QemuServer.pm `config_to_command`).
    private mutating func checkTemplate(
        _ volume: FirmwareVolumeID,
        _ name: String,
        _ settings: GuestConfiguration.Settings,
    ) {
        guard settings.isUEFI else { return addNotUEFI(volume, name) }
        let allowed = inventory.configuration.firmware(for: volume)?.guests?.value
        var context = context(FirmwareSection.guestOfBackup(allowing: allowed))
        context.guest = .normal
        context.isRun = false
        check(
            volume,
            digests: [],
            name,
            .failure,
            for: context,
            saying: "a template: a backup starts it paused, with \(volume)",
        )
    }

    private mutating func check(
        _ volume: FirmwareVolumeID,
        digests: [Digest],
        _ name: String,
        _ state: CheckResult.State,
        for guest: JudgementContext? = nil,
        saying message: String? = nil,
        accepting other: FirmwareVolumeID? = nil,
    ) {
        do throws(LaunchFailure) {
            let given = digests.map { ImageRequest.Pin(digest: $0, origin: "option -efi-firmware") }
            let request = try inventory.request(
                for: volume,
                pins: given + inventory.pins(of: volume)
            )
            let warnings = try images[request].requireStartable(for: guest)
            findings.append(CheckResult("vm", name, .ok, message ?? "\(volume)"))
            let pinned = inventory.configuration.firmware(for: other ?? volume)
            let accepted = pinned?.accepted.map(\.value)
            for warning in warnings where accepted?.contains(warning.code) != true {
                findings.append(
                    CheckResult("vm", name, .warning, warning.message, hint: warning.hint)
                )
            }
        } catch {
            findings.append(CheckResult("vm", name, state, error, at: inventory.root(of: volume)))
        }
    }

    /// Sections that are for a different VM than the one with that ID now, or for none.
    private mutating func checkSections() {
        for located in inventory.cluster.guests where located.node == inventory.node {
            do throws(ConfigurationError) {
                _ = try inventory.configuration.virtualMachine(
                    vmid: located.guest.vmid,
                    name: nil,
                    uuid: located.guest.current.uuid,
                )
            } catch {
                findings.append(CheckResult("vm", "\(located.guest.vmid)", .failure, error))
            }
        }
        checkSectionsWithoutGuest()
    }

    private mutating func checkSectionsWithoutGuest() {
        let guests = inventory.cluster.guests.map(\.guest)
        // What could not be read may be the VM.
        guard !guests.isEmpty, inventory.cluster.failures.isEmpty else { return }
        for section in sections() {
            guard case .vmid(let vmid) = section.subject,
                !guests.contains(where: { $0.vmid == vmid })
            else { continue }
            let name = "\(vmid)"
            let place = "\(inventory.configuration.file) line \(section.line)"
            findings.append(
                CheckResult(
                    "vm",
                    name,
                    .warning,
                    "\(place) is for this VM, and no node has it",
                    hint: "take the section out, before a new VM gets its ID",
                )
            )
        }
    }

    private func sections() -> [VirtualMachineSection] {
        do throws(ConfigurationError) {
            return try inventory.configuration.virtualMachines()
        } catch {
            // The configuration as a whole is a failure then.
            return []
        }
    }
}

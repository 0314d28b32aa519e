import Host
import Planning
import SystemPackage

/// The VMs of this node that ask for firmware: would they get it?
struct GuestCheck {
    private(set) var findings: [CheckResult] = []
    private let inventory: Inventory

    init(_ inventory: Inventory) {
        self.inventory = inventory
        for located in inventory.cluster.guests where located.node == inventory.node {
            check(located.guest)
        }
        checkSections()
    }

    private mutating func check(_ guest: GuestConfiguration) {
        let name = "\(guest.vmid)"
        do throws(GuestConfigurationError) {
            if guest.current.isTemplate {
                checkTemplate(guest)
            } else if let option = try guest.current.firmware() {
                check(option, name, guest.current)
            } else if let section = section(of: guest), let volume = section.firmware {
                check(volume.value, digests: [], name, guest.current)
            }
            if let pending = guest.pending, let option = try pending.firmware() {
                check(option.volume, digests: option.digests, "\(name) (pending)", .warning)
            }
            for snapshot in guest.snapshots {
                guard let option = try snapshot.settings.firmware() else { continue }
                let subject = "\(name) (snapshot \(snapshot.name))"
                check(option.volume, digests: option.digests, subject, .warning)
            }
        } catch {
            findings.append(CheckResult("vm", name, .failure, error))
        }
        let isRelevant = guest.current["args"]?.text.bytes.count ?? 0 > 0
        for warning in guest.warnings where isRelevant {
            findings.append(CheckResult("vm", name, .warning, warning.message))
        }
    }

    private func section(of guest: GuestConfiguration) -> VirtualMachineSection? {
        do throws(ConfigurationError) {
            return try inventory.configuration.virtualMachine(
                vmid: guest.vmid,
                name: nil,
                uuid: guest.current.uuid,
            )
        } catch {
            // Reported with the sections, below.
            return nil
        }
    }

    private mutating func check(
        _ option: FirmwareOption,
        _ name: String,
        _ settings: GuestConfiguration.Settings,
    ) {
        check(option.volume, digests: option.digests, name, settings)
    }

    private mutating func check(
        _ volume: FirmwareVolumeID,
        digests: [Digest],
        _ name: String,
        _ settings: GuestConfiguration.Settings,
    ) {
        guard settings.isUEFI else { return addNotUEFI(volume, name) }
        if let guests = inventory.configuration.firmware(for: volume)?.guests?.value,
            !guests.contains(settings.guestKind)
        {
            let message = "\(volume) is not for \(settings.guestKind.displayName) guests"
            findings.append(CheckResult("vm", name, .failure, message))
            return
        }
        check(volume, digests: digests, name, .failure, for: context(settings.guestKind))
    }

    private mutating func addNotUEFI(_ volume: FirmwareVolumeID, _ name: String) {
        let message = "not in UEFI mode, but asks for \(volume)"
        let hint = "qm set \(name) --bios ovmf"
        findings.append(CheckResult("vm", name, .failure, message, hint: hint))
    }

    /// How a guest of this kind would start, apart from what its variable store tells.
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
    private mutating func checkTemplate(_ guest: GuestConfiguration) {
        let name = "\(guest.vmid)"
        guard let volume = section(of: guest)?.firmware?.value else {
            guard guest.current["args"] != nil else { return }
            let message =
                "a template: its args are not used; a backup starts it paused, with the firmware"
                + " that Proxmox attaches"
            findings.append(CheckResult("vm", name, .ok, message))
            return
        }
        guard guest.current.isUEFI else { return addNotUEFI(volume, name) }
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
    ) {
        do throws(LaunchFailure) {
            let given = digests.map { ImageRequest.Pin(digest: $0, origin: "option -efi-firmware") }
            let request = try inventory.request(
                for: volume,
                pins: given + inventory.pins(of: volume)
            )
            _ = try requireStartable(request, for: guest)
            findings.append(CheckResult("vm", name, .ok, message ?? "\(volume)"))
        } catch {
            findings.append(CheckResult("vm", name, state, error, at: inventory.root(of: volume)))
        }
    }

    /// Sections by VM ID that are for a different VM than the one with that ID now.
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
    }
}

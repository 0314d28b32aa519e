/// What Proxmox's own configuration says of the VM that is started. The launcher reads it only if
/// something depends on it.
package enum KnownGuest: Equatable, Sendable {
    /// Nothing depends on it, and nobody has looked.
    case notNeeded
    case read(GuestConfiguration, file: String)
    /// Why it is not known.
    case unreadable(LaunchFailure)

    /// What the VM is started with; `nil` if that is not known.
    var settings: GuestConfiguration.Settings? {
        if case .read(let guest, _) = self { guest.current } else { nil }
    }
}

extension Planner {
    /// The VM whose configuration has to be read; `nil` if nothing depends on it.
    package static func guestToRead(
        for request: LaunchRequest,
        _ configuration: LauncherConfiguration,
    ) -> VirtualMachineID? {
        guard !request.isQuestion,
            let vmid = request.identity.vmID.flatMap({ VirtualMachineID($0.bytes) })
        else { return nil }
        if configuration.offersByTag { return vmid }
        let mayBeTemplate = request.looksLikeTemplateBackup && configuration.hasSection(for: vmid)
        return mayBeTemplate ? vmid : nil
    }
}

extension LaunchRequest {
    /// Whether the command line has the form in which Proxmox starts a template. It does so for a
    /// backup only: paused, with emulated processors, without a write to any disk, and without the
    /// template's UUID and `args` (qemu-server QemuServer.pm `config_to_command`,
    /// VZDump/QemuServer.pm `enforce_vm_running_for_backup`).
    ///
    /// The form is no proof, as other VMs can be given the same options. The VM's configuration has
    /// to say that it is a template.
    var looksLikeTemplateBackup: Bool {
        identity.vmID != nil && identity.uuid == nil && firmware == nil
            && vector.has("S") && vector.has("snapshot")
            && MachineOptions(commandLine)["accel"] == "tcg"
            && !["incoming", "loadstate", "loadvm"].contains(where: vector.has)
    }
}

extension FirmwareSection {
    /// The kind of guest that a template's backup is attached for. The backup itself is always a
    /// normal guest. An image that is not for those goes where the guests get it that it is for.
    package static func guestOfBackup(allowing guests: [GuestKind]?) -> GuestKind {
        guard let guests, !guests.contains(.normal) else { return .normal }
        return guests.first ?? .normal
    }
}

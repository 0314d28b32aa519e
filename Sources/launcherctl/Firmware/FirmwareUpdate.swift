import Host
import Planning
import SystemPackage

/// One update: what is changed, in which order, and how a failure leaves no half of it.
struct FirmwareUpdate {
    let replacement: FirmwareReplacement
    private let inventory: Inventory
    /// VMs of this node whose `args` ask for the old image, and are changed.
    private let guests: [VirtualMachineID]
    /// Those whose `args` stay as they are.
    let keeping: [VirtualMachineID]

    init(
        _ replacement: FirmwareReplacement,
        changingArgs: Bool,
        in inventory: Inventory,
    ) throws(LaunchFailure) {
        self.replacement = replacement
        self.inventory = inventory
        var asking: [VirtualMachineID] = []
        for located in inventory.cluster.guests where located.node == inventory.node {
            let guest = located.guest
            let settings = [guest.current, guest.pending].compactMap(\.self)
            let volumes = try failing { () throws(GuestConfigurationError) in
                try settings.map { settings throws(GuestConfigurationError) in
                    try settings.firmware()?.volume
                }
            }
            if volumes.contains(replacement.old) { asking.append(guest.vmid) }
        }
        guests = changingArgs ? asking : []
        keeping = changingArgs ? [] : asking
        for vmid in asking where !changingArgs {
            Console(program: "launcherctl").warn(
                "asks by its args and keeps \(replacement.old); --args changes that",
                about: "vm \(vmid)"
            )
        }
    }

    /// What the next start has from the other image, by the names of messages.
    typealias Changed = [String]

    /// What a start would refuse is found before a VM has it, and what it would warn of is said.
    func requireStartable(_ added: NewImage.Added) throws(LaunchFailure) {
        let judged = GuestCheck(
            inventory,
            replacing: replacement,
            having: added.digests,
            includingArgs: keeping.isEmpty,
        )
        for finding in judged.findings where finding.state == .warning {
            Console(program: "launcherctl").warn(finding.message, about: "vm \(finding.subject)")
        }
        guard let refusal = judged.findings.first(where: { $0.state == .failure }) else { return }
        throw LaunchFailure(
            UpdateError.wouldNotStart(
                vmid: refusal.subject,
                reason: refusal.message,
                new: replacement.new
            )
        )
    }

    func carryOut(_ added: NewImage.Added) throws(LaunchFailure) -> Changed {
        let args = try newArgs(digest: added.digests[0])
        let (record, noted, earlier) = try changeConfiguration(added, args)
        do throws(LaunchFailure) {
            try record.applyArgs(on: inventory)
        } catch {
            // What an update before this one did stays as it is.
            do throws(LaunchFailure) {
                _ = try record.takeBack(
                    in: try Inventory(inventory.configurationPath),
                    noted: noted,
                    leaving: earlier,
                )
            } catch let second {
                Console(program: "launcherctl").warn(second.message, about: nil)
            }
            throw error
        }
        return record.changed
    }

    /// The record is written before launcher.conf, while nobody else can change it: whatever happens
    /// then can be taken back, and nothing else is.
    ///
    /// - Parameter args: what will be changed after this.
    /// - Returns: this update, what can be taken back now, and what could be before.
    private func changeConfiguration(
        _ added: NewImage.Added,
        _ args: [UpdateRecord.Args],
    ) throws(LaunchFailure) -> (own: UpdateRecord, noted: UpdateRecord?, earlier: UpdateRecord?) {
        let path = inventory.configurationPath
        var own = UpdateRecord(replacement, args: args)
        var new: UpdateRecord?
        var earlier: UpdateRecord?
        do throws(LaunchFailure) {
            try inventory.edit { (edit: inout SectionEdit) throws(LaunchFailure) in
                earlier = try UpdateRecord(beside: path)
                let changes = try failing { () throws(ConfigurationError) in
                    try replacement.changes(in: edit)
                }
                guard let changes else {
                    throw LaunchFailure(UpdateError.otherTag(replacement.new))
                }
                own.add(changes)
                let edited = try failing { () throws(ConfigurationError) in
                    try pinned(added, in: edit, changes)
                }
                // One that changes nothing does not hide the one before.
                if !own.changed.isEmpty {
                    let merged = own.merging(earlier)
                    try merged.write(beside: path)
                    new = merged
                }
                edit = edited
            }
        } catch {
            if new != nil { try UpdateRecord.keep(earlier, beside: path) }
            throw error
        }
        return (own, new ?? earlier, earlier)
    }

    private func pinned(
        _ added: NewImage.Added,
        in edit: SectionEdit,
        _ changes: FirmwareReplacement.Changes,
    ) throws(ConfigurationError) -> SectionEdit {
        let file = inventory.configurationPath.string
        let bytes = try PinEdit(edit.bytes, file: file).pinning(
            .volume(replacement.new),
            to: added.digests,
            build: added.build,
            signer: added.signer,
        )
        var pinned = try SectionEdit(bytes, file: file)
        try replacement.apply(changes, to: &pinned)
        return pinned
    }

    private func newArgs(digest: Digest) throws(LaunchFailure) -> [UpdateRecord.Args] {
        var changes: [UpdateRecord.Args] = []
        for vmid in guests {
            let (before, _) = try QemuServer.args(of: vmid, inventory)
            guard let before,
                let new = ArgsReplacement.text(before, replacement, digest: digest, of: vmid),
                let old = before.text
            else { throw LaunchFailure(UpdateError.argsNotUnderstood(vmid)) }
            changes.append(.init(vmid: "\(vmid)", before: old, after: new))
        }
        return changes
    }

    /// Who has the other image from now on, and who has to be restarted for it.
    ///
    /// - Parameter keeping: VMs that are not changed, and need no restart.
    static func show(
        _ changed: Changed,
        from old: FirmwareVolumeID,
        besides keeping: [VirtualMachineID] = [],
    ) throws(LaunchFailure) {
        for name in changed { Output.show("changed \(name)") }
        let running = try failing { () throws(HostError) in try RunningGuests() }
        for guest in running.guests where guest.image?.name == old.description {
            let identity = MachineIdentity(QEMUCommandLine(guest.arguments))
            guard !keeping.contains(where: { "\($0)" == identity.vmID?.escaped }) else { continue }
            let name = identity.label ?? "process \(guest.process)"
            Output.show("\(name) runs with \(old) until it is restarted")
        }
    }
}

/// Why an update, or its taking back, does not happen.
enum UpdateError: Failure {
    case sameName(FirmwareVolumeID)
    case notPinned(FirmwareVolumeID)
    case argsNotUnderstood(VirtualMachineID)
    case argsChanged(VirtualMachineID)
    case otherTag(FirmwareVolumeID)
    case wouldNotStart(vmid: String, reason: String, new: FirmwareVolumeID)
    case notTakenBack([String])
    case nothingToTakeBack
    case recordBroken(FilePath)

    var message: String {
        switch self {
        case .sameName(let volume):
            "the new image has the name of the old one (\(quoted(volume.description)))"
        case .notPinned(let volume):
            "firmware image \(quoted(volume.description)): launcher.conf has no section for it"
        case .argsNotUnderstood(let vmid):
            "vm \(vmid): its args ask for the image in a way that cannot be changed word for word"
        case .argsChanged(let vmid): "vm \(vmid): its args were changed meanwhile"
        case .otherTag(let volume):
            "firmware image \(quoted(volume.description)): it is offered by a tag of its own"
        case .wouldNotStart(let vmid, let reason, _):
            "vm \(vmid) would not start with it: \(reason)"
        case .notTakenBack(let vmids):
            "the args of vm \(vmids.joined(separator: ", vm ")) stay as they are"
        case .nothingToTakeBack: "there is no update that could be taken back"
        case .recordBroken(let file):
            "\(quoted(file.string)): not a record of an update"
        }
    }

    var hint: String? {
        switch self {
        case .sameName: "give it another one: --as STORAGE:efi-firmware/FILE"
        case .notPinned(let volume): "launcherctl firmware pin \(volume)"
        case .argsNotUnderstood(let vmid): "change them by hand first: qm set \(vmid) --args …"
        case .argsChanged: "what was changed before is changed back; run it again"
        case .otherTag: "VMs choose it by that tag: give the new version another name (--as)"
        case .wouldNotStart(_, _, let new):
            "no VM is changed; the image is added, and 'launcherctl firmware remove \(new)' takes it out"
        case .notTakenBack:
            "they are not as the update left them, the VM is on another node, or 'qm set' failed;"
                + " everything else is as before, and 'rollback' can be run again"
        case .nothingToTakeBack: "only the last 'launcherctl firmware update' can be"
        case .recordBroken: "remove the file; 'launcherctl vm set' points VMs at another image"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .sameName: .usage
        case .wouldNotStart: .imageRefused
        case .notPinned, .argsNotUnderstood, .argsChanged, .otherTag, .notTakenBack,
            .nothingToTakeBack, .recordBroken:
            .configuration
        }
    }
}

import FoundationEssentials
import Host
import Planning
import SystemPackage

/// What the last update changed, in a file beside launcher.conf, so that it can be taken back.
struct UpdateRecord: Codable {
    struct Args: Codable, Equatable {
        let vmid: String
        let before: String
        let after: String
    }

    let old: String
    let new: String
    private var changes = FirmwareReplacement.Changes()
    private var args: [Args]

    init(_ replacement: FirmwareReplacement, args: [Args]) {
        old = replacement.old.description
        new = replacement.new.description
        self.args = args
    }

    /// What an update did that was interrupted and is run again.
    mutating func merge(_ earlier: UpdateRecord) {
        guard earlier.old == old, earlier.new == new else { return }
        add(earlier.changes)
        args += earlier.args.filter { !args.contains($0) }
    }

    mutating func add(_ more: FirmwareReplacement.Changes) {
        changes.sections += more.sections.filter { !changes.sections.contains($0) }
        changes.tag = changes.tag ?? more.tag
        changes.isDefault = changes.isDefault || more.isDefault
    }

    private static func file(beside path: FilePath) throws(LaunchFailure) -> FilePath {
        let resolved = try failing { () throws(HostFileError) in
            try ConfigurationFile.resolved(path)
        }
        return FilePath("\(resolved.string).update")
    }

    /// - Returns: `nil` if there was no update.
    init?(beside path: FilePath) throws(LaunchFailure) {
        let file = try Self.file(beside: path)
        let bytes = try failing { () throws(HostFileError) in
            try HostFiles.configuration(at: file)
        }
        guard let bytes else { return nil }
        do {
            self = try JSONDecoder().decode(UpdateRecord.self, from: Data(bytes))
        } catch {
            throw LaunchFailure(UpdateError.recordBroken(file))
        }
    }

    func write(beside path: FilePath) throws(LaunchFailure) {
        let file = try Self.file(beside: path)
        let text = try jsonText(self)
        try failing { () throws(HostFileError) in
            try HostFiles.replace(file, with: Array(text.utf8))
        }
    }

    func replacement() throws(LaunchFailure) -> FirmwareReplacement {
        FirmwareReplacement(
            try VolumeArgument(argument: old).volume(),
            by: try VolumeArgument(argument: new).volume(),
        )
    }

    /// What still is as the update left it is changed back. The record goes at the end, if nothing is
    /// left to do, so that it can be repeated.
    func takeBack(in inventory: Inventory) throws(LaunchFailure) -> FirmwareUpdate.Changed {
        let replacement = try replacement()
        guard inventory.configuration.firmware(for: replacement.old) != nil else {
            throw LaunchFailure(UpdateError.notPinned(replacement.old))
        }
        var changed: [String] = []
        try inventory.edit { (edit: inout SectionEdit) throws(LaunchFailure) in
            changed = try failing { () throws(ConfigurationError) in
                try replacement.takeBack(changes, in: &edit)
            }
        }
        changed = changed.map { "vm \($0)" }
        var left: [String] = []
        for change in args {
            switch try change.takeBack(on: inventory) {
            case .changed: changed.append("vm \(change.vmid)")
            case .asBefore: break
            case .elsewhere: left.append(change.vmid)
            }
        }
        guard left.isEmpty else {
            try FirmwareUpdate.show(changed, from: replacement.new)
            throw LaunchFailure(UpdateError.notTakenBack(left))
        }
        let file = try Self.file(beside: inventory.configurationPath)
        try failing { () throws(HostFileError) in try HostFiles.remove(file) }
        return changed
    }
}

extension UpdateRecord.Args {
    /// Writes the new text, if the old one is still there.
    func apply(on inventory: Inventory) throws(LaunchFailure) {
        guard let vmid = VirtualMachineID(vmid) else { return }
        let (text, digest) = try QemuServer.args(of: vmid, inventory)
        guard text?.text == before, let digest else {
            throw LaunchFailure(UpdateError.argsChanged(vmid))
        }
        try QemuServer.set(vmid, args: after, digest: digest)
    }

    enum Outcome { case changed, asBefore, elsewhere }

    /// Writes the old text, if the new one is still there.
    func takeBack(on inventory: Inventory) throws(LaunchFailure) -> Outcome {
        guard let vmid = VirtualMachineID(vmid) else { return .asBefore }
        let (text, digest) = try QemuServer.args(of: vmid, inventory)
        if text?.text == before { return .asBefore }
        guard text?.text == after, let digest else { return .elsewhere }
        try QemuServer.set(vmid, args: before, digest: digest)
        return .changed
    }
}

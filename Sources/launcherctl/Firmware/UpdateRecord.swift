import FoundationEssentials
import Host
import Planning
import SystemPackage

/// What the last update changed, in a file beside launcher.conf, so that it can be taken back.
struct UpdateRecord: Codable, Equatable {
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

    /// What the next start has from the other image, by the names of messages.
    var changed: [String] {
        var all = changes
        all.sections += args.map(\.vmid)
        return all.names
    }

    /// With what the same update did that was interrupted, or is run again with `--args`.
    func merging(_ earlier: UpdateRecord?) -> UpdateRecord {
        guard let earlier, earlier.old == old, earlier.new == new else { return self }
        var merged = self
        merged.add(earlier.changes)
        merged.args += earlier.args.filter { !args.contains($0) }
        return merged
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

    /// Writes what can be taken back from now on: nothing, if there is no record.
    static func keep(_ record: UpdateRecord?, beside path: FilePath) throws(LaunchFailure) {
        if let record { return try record.write(beside: path) }
        let file = try file(beside: path)
        try failing { () throws(HostFileError) in try HostFiles.remove(file) }
    }

    func replacement() throws(LaunchFailure) -> FirmwareReplacement {
        FirmwareReplacement(
            try VolumeArgument(argument: old).volume(),
            by: try VolumeArgument(argument: new).volume(),
        )
    }

    func applyArgs(on inventory: Inventory) throws(LaunchFailure) {
        for change in args { try change.apply(on: inventory) }
    }

    /// What still is as the update left it is changed back. The record goes at the end, if nothing is
    /// left to do, so that it can be repeated.
    ///
    /// - Parameters:
    ///   - noted: the record that there is, with this update in it.
    ///   - earlier: the record that is kept.
    func takeBack(
        in inventory: Inventory,
        noted: UpdateRecord?,
        leaving earlier: UpdateRecord?,
    ) throws(LaunchFailure) -> FirmwareUpdate.Changed {
        let path = inventory.configurationPath
        let replacement = try replacement()
        guard inventory.configuration.firmware(for: replacement.old) != nil else {
            throw LaunchFailure(UpdateError.notPinned(replacement.old))
        }
        var done = FirmwareReplacement.Changes()
        try inventory.edit { (edit: inout SectionEdit) throws(LaunchFailure) in
            guard try UpdateRecord(beside: path) == noted else {
                throw LaunchFailure(HostFileError.changed(path: try Self.file(beside: path)))
            }
            done = try failing { () throws(ConfigurationError) in
                try replacement.takeBack(changes, in: &edit)
            }
        }
        var left: [String] = []
        for change in args {
            do throws(LaunchFailure) {
                switch try change.takeBack(on: inventory) {
                case .changed: done.sections.append(change.vmid)
                case .asBefore: break
                case .elsewhere: left.append(change.vmid)
                }
            } catch {
                Console(program: "launcherctl").warn(error.message, about: nil)
                left.append(change.vmid)
            }
        }
        guard left.isEmpty else {
            try FirmwareUpdate.show(done.names, from: replacement.new)
            throw LaunchFailure(UpdateError.notTakenBack(left))
        }
        try Self.keep(earlier, beside: path)
        return done.names
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

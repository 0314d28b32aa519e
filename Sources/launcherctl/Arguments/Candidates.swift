import ArgumentParser
import FoundationEssentials
import Host
import Planning
import SystemPackage

/// What a shell offers for the word that a person is typing.
///
/// It is asked at every press of a key: it only reads, says nothing, and what cannot be read is not
/// offered.
struct Candidates {
    /// The words before the one that is completed, the command's name included.
    private let before: [String]
    /// What is there of the word.
    private let word: String

    init(before: [String], word: String) {
        self.before = before
        self.word = word
    }
}

extension CompletionKind {
    static let volume = offering { $0.volumes() }
    /// For a new image: where it may go.
    static let newVolume = offering { $0.newVolumes + $0.volumes() }
    /// Also what was uploaded as something else.
    static let uploadedVolume = offering { $0.volumes(of: FirmwareVolumeID.Content.allCases) }
    /// A volume or a file.
    static let image = offering { $0.volumes() + $0.files }
    static let storage = offering { $0.storages }
    static let vmid = offering { $0.guests }
    /// One of this node, or with a section of its own in launcher.conf.
    static let configuredVM = offering { $0.guests + $0.sections }
    /// The value of the key before it, of a `vm:` section.
    static let valueOfVM = offering { $0.valuesOfVM }
    static let vendor = offering { $0.vendors }
    static let node = offering { $0.nodes }
    static let runningQEMU = offering { $0.processes }
    static let processorModel = offering { _ in Candidates.processorModels }
    /// The words of QEMU's command line, after `--`.
    static let qemuWord = offering { $0.qemuWords }

    private static func offering(
        _ find: @escaping @Sendable (Candidates) -> [String]
    ) -> CompletionKind {
        .custom { words, index, prefix in
            let before = Array(words.prefix(max(index, 0)))
            let found = find(Candidates(before: before, word: prefix))
            let isZsh = CompletionShell.requesting == .zsh
            // What zsh is offered has a description after the first colon.
            return found.filter(Candidates.isPlain)
                .map { isZsh ? $0.replacing(":", with: "\\:") : $0 }
        }
    }
}

extension Candidates {
    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_".utf8
    )

    /// Names of files come from other people, and a shell runs what it finds in `$(…)`: bash's
    /// `compgen -W` when the word is offered, every shell when it is accepted.
    static func isPlain(_ candidate: String) -> Bool {
        !candidate.isEmpty && candidate.utf8.allSatisfy(plain.contains)
    }

    // MARK: Of this host

    /// - Parameter contents: of the storages' directories.
    func volumes(
        of contents: [FirmwareVolumeID.Content] = [.efiFirmware, .firmware]
    ) -> [String] {
        guard let inventory else { return [] }
        var volumes = Set(inventory.configuration.firmware.compactMap(\.volume))
        for storage in inventory.storages.survey().storages {
            for content in contents {
                volumes.formUnion(FirmwareListing.volumes(content, of: storage, inventory).volumes)
            }
        }
        return volumes.map(\.description).sorted()
    }

    /// The storages' own directories for firmware, with the name of the file before it.
    fileprivate var newVolumes: [String] {
        guard let inventory else { return [] }
        let file = before.last.map { $0.hasPrefix("-") ? "" : $0 } ?? ""
        let name = FilePath(file).lastComponent?.string ?? ""
        return inventory.storages.survey().storages
            .filter { FirmwareListing.isUsable($0, inventory) }
            .map { "\($0.id):efi-firmware/\(name)" }
    }

    fileprivate var storages: [String] {
        inventory?.storages.survey().storages.map(\.id.text).sorted() ?? []
    }

    fileprivate var guests: [String] {
        guard let inventory else { return [] }
        return inventory.cluster.guests.filter { $0.node == inventory.node }
            .map { "\($0.guest.vmid)" }.sorted()
    }

    /// Of VMs without a VM ID.
    fileprivate var sections: [String] {
        guard let inventory else { return [] }
        do throws(ConfigurationError) {
            return try inventory.configuration.virtualMachines().compactMap { section in
                switch section.subject {
                case .vmid: nil
                case .uuid(let uuid): "\(uuid)"
                case .name(let name): name.text
                }
            }
        } catch {
            return []
        }
    }

    static var keysOfVM: [String] {
        SectionSchema.launcher.types.first { $0.name == "vm" }?.keys.map(\.name) ?? []
    }

    fileprivate var valuesOfVM: [String] {
        switch before.last {
        case "firmware": volumes()
        case "default-firmware": words(of: DefaultFirmwareUse.self)
        case "seccomp": words(of: SeccompMode.self)
        case "spawn": words(of: SpawnPolicy.self)
        case "landlock": words(of: LandlockMode.self)
        case "capabilities": words(of: CapabilityMode.self)
        case "debug": words(of: LauncherConfiguration.Debugging.self)
        case "groups": SyscallGroup.settable.map(\.name)
        default: []
        }
    }

    private func words<Word: RawRepresentable & CaseIterable>(
        of type: Word.Type
    ) -> [String] where Word.RawValue == String {
        Word.allCases.map(\.rawValue)
    }

    fileprivate var vendors: [String] {
        inventory?.configuration.vendors.map(\.name).sorted() ?? []
    }

    fileprivate var nodes: [String] { inventory?.cluster.nodes.map(\.name).sorted() ?? [] }

    fileprivate var processes: [String] {
        do throws(HostError) {
            return try RunningGuests().guests.map { "\($0.process)" }
        } catch {
            return []
        }
    }

    /// What the directory has that is named so far; directories end with a slash.
    fileprivate var files: [String] {
        let directory = word.lastIndex(of: "/").map { String(word[...$0]) } ?? ""
        do throws(Errno) {
            return try DirectoryListing.names(in: FilePath(directory.isEmpty ? "." : directory))
                .filter { !$0.hasPrefix(".") }
                .map { name in
                    let path = directory + name
                    return HostFiles.isDirectory(FilePath(path)) ? path + "/" : path
                }
        } catch {
            return []
        }
    }

    private var inventory: Inventory? {
        do throws(LaunchFailure) { return try Inventory(configurationPath) } catch { return nil }
    }

    /// That of the command line so far; `nil` for the default.
    private var configurationPath: FilePath? {
        let options = ["--config", "-launcher-config", "--launcher-config"]
        if let index = before.lastIndex(where: options.contains), index + 1 < before.count {
            return workingPath(before[index + 1])
        }
        let start = "--config="
        return before.last { $0.hasPrefix(start) }.map { workingPath($0.dropFirst(start.count)) }
    }

    // MARK: Of QEMU

    fileprivate static var processorModels: [String] { CPUSignature.modelNames + ["host", "max"] }

    /// The options that some QEMU of today has, and ours; after an option that takes a value, what
    /// there is for it.
    fileprivate var qemuWords: [String] {
        let words = before.drop { $0 != "--" }.dropFirst()
        // In the place of "--", QEMU's name.
        let line = ["qemu"] + words
        let vector = ArgumentVector(line.map { ByteString($0) })
        if let last = vector.options.last, last.index == line.count - 1, last.value == nil,
            QEMUOption.named(last.name.utf8)?.takesValue == true
        {
            return values(of: last.name)
        }
        let dashes = word.hasPrefix("--") ? "--" : "-"
        return QEMUOption.all.filter { $0.removed == nil }.map { dashes + $0.name }
    }

    private func values(of option: String) -> [String] {
        switch option {
        case "efi-firmware": volumes()
        case "cpu": Self.processorModels
        case "machine": ["q35", "pc"]
        default: files
        }
    }
}

/// A path of the command line, which counts from the working directory.
func workingPath(_ text: some StringProtocol) -> FilePath {
    FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(String(text)))
}

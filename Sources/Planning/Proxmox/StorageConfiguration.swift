package import SystemPackage

/// All storages: `local`, those of Proxmox's storage.cfg, and those that launcher.conf declares.
///
/// A section is made a ``Storage`` when somebody asks for it. A launch asks for one or two, and
/// it does not care what is wrong with the others.
package struct StorageConfiguration: Sendable {
    /// Declared in launcher.conf.
    private let declared: [Storage]
    private let sections: SectionConfiguration

    /// - Parameters:
    ///   - bytes: of storage.cfg; `nil` if there is none, as on a host without Proxmox. Then
    ///     there are only `local` and what is declared.
    ///   - file: storage.cfg's name.
    ///   - declaredIn: the name of the file that declares storages besides.
    /// - Throws: if both files define a storage with the same name. Nothing is merged.
    init(
        _ bytes: [UInt8]?,
        file: String,
        declared: [Storage],
        declaredIn: String,
    ) throws(ConfigurationError) {
        self.declared = declared
        sections = SectionConfiguration(lax: bytes ?? [], file: file)
        guard !declared.isEmpty else { return }
        let sections = sections
        let named = Dictionary(
            sections.sections.map { (sections.bytes($0.id), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for storage in declared {
            guard let other = named[ByteString(storage.id.text)] else { continue }
            let line = storage.origin.line
            throw ConfigurationError(
                file: declaredIn,
                line: line,
                section: ByteString("\(storage.type): \(storage.id)"),
                cause: .storageDefinedTwice(elsewhere: "\(file) line \(other.line)"),
            )
        }
    }

    enum Lookup {
        case found(Storage)
        case skipped(ConfigurationWarning)
        case unknown
    }

    func lookup(_ id: StorageID) -> Lookup {
        if let storage = declared.first(where: { $0.id == id }) { return .found(storage) }
        let read = lookupInSections(id)
        guard id == .local else { return read }
        guard case .found(let storage) = read else { return .found(.local) }
        return .found(storage.asLocal)
    }

    /// The last section of a name counts, unless Proxmox skips it.
    private func lookupInSections(_ id: StorageID) -> Lookup {
        let name = Array(id.text.utf8)
        var skipped: ConfigurationWarning?
        for section in sections.sections.reversed() where sections.matches(section.id, name) {
            var reader = StorageSectionReader(section, of: sections, id: id)
            switch reader.read() {
            case .storage(let storage): return .found(storage)
            case .skipped(let warning):
                // A section of a type that is not installed leaves an earlier one alone; one
                // that lacks a setting replaces it, by nothing.
                guard case .unsupportedType = warning.cause else { return .skipped(warning) }
                skipped = skipped ?? warning
            }
        }
        return skipped.map(Lookup.skipped) ?? .unknown
    }

    /// The names of all storages, each once, in the order of the files; skipped ones too.
    package var identifiers: [StorageID] {
        var seen: Set<StorageID> = []
        let named = sections.sections.compactMap { StorageID(sections.bytes[$0.id]) }
        return ([.local] + declared.map(\.id) + named).filter { seen.insert($0).inserted }
    }

    /// Every storage, and everything that is ignored of the files: what `check` shows.
    package func survey() -> (storages: [Storage], warnings: [ConfigurationWarning]) {
        var storages: [Storage] = []
        var warnings = Set(sections.warnings)
        for section in sections.sections where StorageID(sections.bytes[section.id]) == nil {
            let cause = ConfigurationWarning.Cause.badStorageID
            warnings.insert(
                ConfigurationWarning(
                    file: sections.file,
                    line: section.line,
                    section: sections.bytes(section.id),
                    cause: cause,
                )
            )
        }
        for id in identifiers {
            switch lookup(id) {
            case .found(let storage):
                storages.append(storage)
                warnings.formUnion(storage.warnings)
            case .skipped(let warning): warnings.insert(warning)
            case .unknown: break
            }
        }
        return (storages, warnings.sorted { $0.line < $1.line })
    }
}

extension Storage {
    /// Proxmox replaces a `local` that is not the directory `/var/lib/vz`, and ignores a node
    /// restriction of it (pve-storage Plugin.pm `parse_config`).
    fileprivate var asLocal: Storage {
        guard type == .dir, path == Self.localPath else { return .local }
        return Storage(
            id: id,
            type: type,
            origin: origin,
            path: path,
            contentDirectories: contentDirectories,
            nodes: nil,
            isDisabled: isDisabled,
            mountPoint: mountPoint,
            isShared: isShared,
            images: images,
            warnings: warnings,
        )
    }
}

/// A storage: a name for a place where volumes are, as storage.cfg or launcher.conf defines it.
package struct Storage: Hashable, Sendable {
    package let id: StorageID
    package let type: StorageType
    package let origin: Origin
    /// Where its files are; `nil` for types that keep none.
    package let path: FilePath?
    package let contentDirectories: ContentDirectories
    /// The nodes that have it; `nil` for all of them.
    package let nodes: [String]?
    package let isDisabled: Bool
    /// What has to be mounted for the storage to be there, from `is_mountpoint`; for hints, as
    /// without the mount its files are simply missing.
    package let mountPoint: FilePath?
    /// Whether every node that has the storage sees the same files.
    package let isShared: Bool
    package let images: ImagePlacement
    /// What Proxmox ignores of its definition.
    package let warnings: [ConfigurationWarning]

    /// Where a storage is defined.
    package enum Origin: Hashable, Sendable, CustomStringConvertible {
        /// `local`, which needs no definition.
        case builtIn
        case file(String, line: Int)

        var line: Int? { if case .file(_, let line) = self { line } else { nil } }

        package var description: String {
            switch self {
            case .builtIn: "built in"
            case .file(let file, let line): "\(file) line \(line)"
            }
        }
    }

    /// What Proxmox uses as `local` if storage.cfg does not define it, or not as the directory
    /// `/var/lib/vz` (pve-storage Plugin.pm `parse_config`).
    package static let local = Storage(
        id: .local,
        type: .dir,
        origin: .builtIn,
        path: localPath,
        contentDirectories: .standard,
        nodes: nil,
        isDisabled: false,
        mountPoint: nil,
        isShared: false,
        images: .files,
        warnings: [],
    )

    static let localPath: FilePath = "/var/lib/vz"
}

/// The name of a storage, by Proxmox's rule: two characters or more, a letter first, a letter or
/// digit last, letters, digits, `-`, `_` and `.` between (pve-common JSONSchema.pm `parse_id`).
package struct StorageID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Returns: `nil` if the bytes are not such a name.
    package init?(_ bytes: some BidirectionalCollection<UInt8>) {
        guard bytes.count >= 2,
            let first = bytes.first, isLetter(first),
            let last = bytes.last, isLetter(last) || isDigit(last),
            bytes.allSatisfy(isStorageIDByte)
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    package init?(_ text: String) {
        self.init(text.utf8)
    }

    /// The storage that every Proxmox node has, even if storage.cfg does not name it:
    /// `/var/lib/vz`.
    package static let local = StorageID(unchecked: "local")

    private init(unchecked text: String) {
        self.text = text
    }

    package var description: String { text }
}

private func isStorageIDByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: ".")
}

/// Proxmox's rule for node names: `^[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?$`
/// (pve-common JSONSchema.pm `pve_verify_node_name`).
func isNodeName(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    let isInner = text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    return isInner && first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
}

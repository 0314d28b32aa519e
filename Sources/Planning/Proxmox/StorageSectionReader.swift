import SystemPackage

/// Makes a storage of one section of storage.cfg, as leniently as Proxmox does: wrong settings are
/// dropped with a warning, and a storage without something that it needs does not exist (pve-common
/// SectionConfig.pm `check_value` and `check_config`).
///
/// `content` is not looked at. It says what the GUI offers a storage for, and naming
/// `efi-firmware` there would make an unpatched Proxmox drop the storage's whole list.
struct StorageSectionReader {
    let configuration: SectionConfiguration
    let section: SectionConfiguration.Section
    let id: StorageID
    let type: StorageType

    private var values: [String: String] = [:]
    private var warnings: [ConfigurationWarning] = []

    enum Outcome {
        case storage(Storage)
        case skipped(ConfigurationWarning)
    }

    init(
        _ section: SectionConfiguration.Section,
        of configuration: SectionConfiguration,
        id: StorageID,
    ) {
        self.configuration = configuration
        self.section = section
        self.id = id
        type = configuration.storageType(of: section)
        let name = configuration.bytes(section.id)
        let lastLine = configuration.properties(of: section).last?.line ?? section.line
        warnings = configuration.warnings.filter {
            $0.section == name && (section.line...lastLine).contains($0.line)
        }
    }

    mutating func read() -> Outcome {
        for property in configuration.properties(of: section) { accept(property) }

        if case .other = type, values["path"] == nil {
            return .skipped(warning(section.line, .unsupportedType(type.description)))
        }
        for key in type.requiredKeys where values[key.description] == nil {
            return .skipped(warning(section.line, .missingKey(key.description)))
        }
        if let path = values["path"], type == .dir || type == .btrfs, !isPlainPath(path) {
            return .skipped(warning(section.line, .missingKey("path")))
        }
        return .storage(storage())
    }

    private mutating func accept(_ property: SectionConfiguration.Property) {
        let key = configuration.text(property.key)
        guard StorageKey.isKnown(key, to: type) else {
            warnings.append(warning(property.line, .unexpectedKey(key)))
            return
        }
        guard values[key] == nil else {
            warnings.append(warning(property.line, .duplicateKey(key)))
            return
        }
        let bytes = property.value.map { configuration.bytes($0) }
        let rule = StorageKey.rule(for: key)
        guard let value = rule.check(bytes) else {
            let cause = ConfigurationWarning.Cause.badValue(
                key: key,
                found: bytes,
                expected: rule.expected,
            )
            warnings.append(warning(property.line, cause))
            return
        }
        values[key] = value
    }

    private func storage() -> Storage {
        let path = path
        // Overrides of directories are not a setting of btrfs, see ``StorageKey``.
        let contentDirectories = values["content-dirs"].flatMap {
            ContentDirectories(parsing: $0, allowsLeadingSlash: true)
        }
        return Storage(
            id: id,
            type: type,
            origin: .file(configuration.file, line: section.line),
            path: path,
            contentDirectories: contentDirectories ?? .standard,
            nodes: values["nodes"].map(listItems),
            isDisabled: values["disable"] == "1",
            mountPoint: mountPoint(of: path),
            isShared: type.isMountedByDefault || values["shared"].map(isTrue) == true,
            images: ImagePlacement(on: type, hasPath: path != nil, values),
            warnings: warnings,
        )
    }

    private var path: FilePath? {
        guard type.takesPath else { return nil }
        if let path = values["path"] { return FilePath(path) }
        return type.isMountedByDefault ? FilePath("/mnt/pve/\(id)") : nil
    }

    /// `is_mountpoint` is a boolean in every spelling, or else a path
    /// (pve-storage DirPlugin.pm `parse_is_mountpoint`).
    private func mountPoint(of path: FilePath?) -> FilePath? {
        guard let value = values["is_mountpoint"] else { return nil }
        if isTrue(value) { return path }
        return ["0", "off", "no", "false"].contains(value.lowercased()) ? nil : FilePath(value)
    }

    private func warning(_ line: Int, _ cause: ConfigurationWarning.Cause) -> ConfigurationWarning {
        ConfigurationWarning(
            file: configuration.file,
            line: line,
            section: ByteString(id.text),
            cause: cause,
        )
    }
}

extension SectionConfiguration {
    /// In lower case, as Proxmox reads it (pve-storage Plugin.pm `parse_section_header`).
    func storageType(of section: Section) -> StorageType {
        StorageType(String(decoding: bytes[section.type].map(lowercased), as: UTF8.self))
    }
}

/// What Proxmox asks of a directory's path, beyond what it asks of every path.
private func isPlainPath(_ path: String) -> Bool {
    path.utf8.allSatisfy { byte in
        isLetter(byte) || isDigit(byte) || "-/_.@".utf8.contains(byte)
    }
}

/// A boolean in every spelling that Proxmox takes.
private func isTrue(_ value: String) -> Bool {
    ["1", "on", "yes", "true"].contains(value.lowercased())
}

/// What a row means on this host, if that is not what its author wanted.
package enum FileObstacle: Equatable, Sendable {
    /// The row would let QEMU write where it may not.
    case protected(FileRule, realPath: ByteString, ProtectedPlace, isFolderOfMissing: Bool)
    /// The path exists and cannot be examined.
    case unreadable(FileRule, why: String)

    package var message: String {
        switch self {
        case .protected(let rule, let realPath, let place, let isFolderOfMissing):
            "\(rule.cause): \(quoted(rule.path))"
                + (isFolderOfMissing
                    ? " does not exist, and QEMU may not make it in \(quoted(realPath))"
                    : realPath == rule.path
                        ? " may not be written to"
                        : " is \(quoted(realPath)), which may not be written to")
                + " (\(place.path.escaped): \(place.reason))"
        case .unreadable(let rule, let why):
            "\(rule.cause): \(quoted(rule.path)) cannot be looked at: \(why)"
        }
    }

    package var hint: String? {
        switch self {
        case .protected(_, _, _, isFolderOfMissing: true):
            "make the file in advance, or use a separate folder"
        case .protected: "use another place, or set 'landlock off' for this VM"
        case .unreadable: nil
        }
    }
}

/// What `landlock` warns of although the VM starts.
package enum FileWarning: Equatable, Sendable {
    /// With `log`: `enforce` would refuse the VM.
    case wouldRefuse(FileObstacle)
    /// With `log`: this kernel could not enforce.
    case unavailable(String)
    /// No row is about a file of the command line.
    case uncovered(UncoveredFile, mode: LandlockMode)

    package var message: String {
        switch self {
        case .wouldRefuse(let finding): "landlock enforce would refuse this VM: \(finding.message)"
        case .unavailable(let reason): "landlock enforce would refuse this VM: \(reason)"
        case .uncovered(let file, .enforce):
            "option \(file.option): QEMU may not open \(quoted(file.path)), which no row of landlock"
                + " is about"
        case .uncovered(let file, _):
            "option \(file.option): with landlock enforce QEMU could not open"
                + " \(quoted(file.path)), which no row is about"
        }
    }

    package var hint: String? {
        switch self {
        case .wouldRefuse(let finding): finding.hint
        case .unavailable: nil
        case .uncovered: "'launcherctl policy' shows the rows; each storage is a row too"
        }
    }
}

extension QEMUCommandLine {
    /// Values that look like a file's name, and that no row is about.
    package func uncovered(by ruleset: FileRuleset, from directory: ByteString) -> [UncoveredFile] {
        var found: [UncoveredFile] = []
        for option in options where !Self.withoutFiles.contains(option.name) {
            for property in option.properties {
                guard property.value.hasPrefix("/"), !Self.isText(property.key) else { continue }
                let path = property.value.absolute(from: directory)
                guard !ruleset.covers(path), !option.names(path, from: directory) else { continue }
                found.append(
                    UncoveredFile(option: quote(option, at: property.key), path: path)
                )
            }
        }
        return found
    }

    /// Options whose values are the guest's business, or ours.
    private static let withoutFiles: Set<String> = [
        "add-fd", "append", "chroot", "efi-firmware", "efidisk0", "launcher-config", "name",
        "run-with", "runas",
    ]

    private static func isText(_ key: ByteString) -> Bool {
        ["append", "string", "mount_tag", "serial", "manufacturer", "product", "opaque"]
            .contains(key)
    }
}

extension StatedOption {
    /// Whether the file is one that the tables know, though its row is about the folder around.
    fileprivate func names(_ path: ByteString, from directory: ByteString) -> Bool {
        namedFiles.contains { $0.path.absolute(from: directory) == path }
    }
}

/// Places where a row that a command line or a configuration asks for may not write: what is there
/// belongs to the host, and only root may write to it.
package struct ProtectedPlace: Hashable, Sendable {
    package let path: ByteString
    package let reason: String

    /// With everything below.
    private static let trees: [ProtectedPlace] = [
        ProtectedPlace(path: "/bin", reason: "programs of the host"),
        ProtectedPlace(path: "/boot", reason: "what the host boots"),
        ProtectedPlace(path: "/etc", reason: "the host's settings"),
        ProtectedPlace(path: "/lib", reason: "libraries of the host"),
        ProtectedPlace(path: "/lib32", reason: "libraries of the host"),
        ProtectedPlace(path: "/lib64", reason: "libraries of the host"),
        ProtectedPlace(path: "/proc", reason: "processes and the kernel's settings"),
        ProtectedPlace(path: "/run/dbus", reason: "the host's services"),
        ProtectedPlace(path: "/run/systemd", reason: "the host's services"),
        ProtectedPlace(path: "/run/udev", reason: "the host's devices"),
        ProtectedPlace(path: "/sbin", reason: "programs of the host"),
        ProtectedPlace(path: "/sys", reason: "the kernel's settings"),
        ProtectedPlace(path: "/usr", reason: "programs of the host"),
        ProtectedPlace(path: "/var/spool/cron", reason: "what the host runs at set times"),
        ProtectedPlace(path: "/dev/mem", reason: "the host's memory"),
        ProtectedPlace(path: "/dev/port", reason: "the host's devices"),
        ProtectedPlace(path: "/dev/kmsg", reason: "the kernel's log"),
    ]

    /// As whole folders: other things than VMs are in them. An existing file, or a folder in them,
    /// is treated differently.
    private static let folders: Set<ByteString> = [
        "/", "/dev", "/home", "/media", "/mnt", "/mnt/pve", "/opt", "/root", "/run", "/srv", "/var",
        "/var/cache", "/var/lib", "/var/log", "/var/spool",
    ]

    /// The reason against a row.
    ///
    /// - Parameters:
    ///   - access: what the row allows.
    ///   - path: where it leads, without links.
    ///   - isFolder: whether that is a folder, so that the row is about everything below it.
    package static func refusing(
        _ access: FileAccess,
        at path: ByteString,
        isFolder: Bool,
    ) -> ProtectedPlace? {
        let changes = access.intersection(.changing)
        guard !changes.isEmpty else { return nil }
        if let tree = trees.first(where: { path.isAtOrBelow($0.path) }) { return tree }
        guard isFolder else { return nil }
        // Block devices of storages: nothing is made there.
        if path == "/dev", changes == .writeFile { return nil }
        guard folders.contains(path) else { return nil }
        return ProtectedPlace(
            path: path,
            reason: "a folder of the host, with more than VMs in it"
        )
    }
}

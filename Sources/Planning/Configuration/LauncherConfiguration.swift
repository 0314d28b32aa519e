package import SystemPackage

/// What `/etc/qemu-launcher/launcher.conf` says, in Proxmox's section-config grammar.
///
/// Reading it is all or nothing: a line that cannot be understood anywhere in the file is an error,
/// and so is a wrong value. Only the values of `vm:` sections, of which there may be thousands, are
/// read when their VM is asked for; ``virtualMachines()`` reads all of them.
package struct LauncherConfiguration: Sendable {
    /// The file it was read from, for messages.
    package var file: String { configuration.file }

    /// What to exec; if nothing is set, the caller's argv[0] decides.
    package internal(set) var qemu: Setting<FilePath>?
    package internal(set) var storageConfiguration: Setting<FilePath>
    package internal(set) var seccomp: Setting<SeccompMode>
    package internal(set) var spawn: Setting<SpawnPolicy>
    package internal(set) var landlock: Setting<LandlockMode>
    package internal(set) var capabilities: Setting<CapabilityMode>
    package internal(set) var stockFirmware: Setting<StockFirmware>
    /// What every VM in UEFI mode gets that asks for no other image; `nil` for what its command
    /// line attaches.
    package internal(set) var defaultFirmware: Setting<FirmwareVolumeID>?
    package internal(set) var sevAttachment: Setting<SEVAttachment>
    /// The proofs that count. One of them has to hold for an image.
    package internal(set) var readOnly: Setting<[ReadOnlyProof]>
    package internal(set) var log: Setting<Log>
    package internal(set) var debug: Setting<Debugging>
    /// What may be in the command line of a VM with custom firmware, although the launcher does
    /// not know it to be harmless.
    package internal(set) var permitted: [Setting<AuditedItem>]
    /// Groups of system calls that every VM gets, besides those that its command line asks for: what
    /// QMP asks for later is not in the command line.
    package internal(set) var groups: [Setting<SyscallGroup>]
    /// Environment variables that QEMU gets besides those of ``KeptVariable/table``.
    package internal(set) var keptVariables: [ByteString]

    package internal(set) var storages: [Storage]
    package internal(set) var firmware: [FirmwareSection]
    package internal(set) var vendors: [VendorSection]
    var configuration: SectionConfiguration

    package static let defaultFile: FilePath = "/etc/qemu-launcher/launcher.conf"

    /// What holds without a file.
    package static let defaults = LauncherConfiguration(
        qemu: nil,
        storageConfiguration: Setting("/etc/pve/storage.cfg"),
        seccomp: Setting(.enforce),
        spawn: Setting(.auto),
        landlock: Setting(.off),
        capabilities: Setting(.keep),
        stockFirmware: Setting(.allow),
        defaultFirmware: nil,
        sevAttachment: Setting(.bios),
        readOnly: Setting(ReadOnlyProof.allCases),
        log: Setting(.syslog),
        debug: Setting(.deny),
        permitted: [],
        groups: [],
        keptVariables: [],
        storages: [],
        firmware: [],
        vendors: [],
        configuration: SectionConfiguration(empty: [], file: defaultFile.string),
    )

    /// Firmware that a package installed and no VM asked to replace.
    package enum StockFirmware: String, Hashable, Sendable, CaseIterable {
        /// Left as it is.
        case allow
        /// Has to be pinned, and is verified and sealed like a custom firmware image.
        case verify
    }

    /// How SEV and SEV-ES guests get their firmware.
    package enum SEVAttachment: String, Hashable, Sendable, CaseIterable {
        /// As `-bios`: all of it is measured and none of it can be written.
        case bios
        /// As flash, which is what Proxmox does.
        case pflash
    }

    /// Where each launch is recorded.
    package enum Log: String, Hashable, Sendable, CaseIterable {
        case syslog
        case none
    }

    /// Whether a VM with custom firmware may be started with `-gdb`, `-s`, `-qtest` or `-plugin`,
    /// which can change what the guest runs.
    package enum Debugging: String, Hashable, Sendable, CaseIterable {
        case allow
        case deny
    }
}

extension LauncherConfiguration {
    /// - Parameter file: its name, for messages.
    package init(parsing bytes: [UInt8], file: String) throws(ConfigurationError) {
        self = .defaults
        let configuration = try SectionConfiguration(strict: bytes, file: file, schema: .launcher)
        self.configuration = configuration
        // Names of storages are one for all types, although sections are not.
        var storageLines: [ByteString: Int] = [:]
        for section in configuration.sections {
            // A VM whose section has a mistake must not start as if it had no section:
            // its section has to be for a VM that can exist, even while its values are not read.
            let isVirtualMachine = configuration.matches(section.type, "vm")
            if isVirtualMachine, VirtualMachineSection.Subject(bytes[section.id]) != nil {
                continue
            }

            let reader = SectionValues(configuration: configuration, section: section)
            if isVirtualMachine {
                _ = try VirtualMachineSection(reader)
            } else if configuration.matches(section.type, "firmware") {
                let section = try FirmwareSection(reader)
                // One path can be written in several ways.
                if let other = firmware.first(where: { $0.subject == section.subject }) {
                    throw reader.error(.duplicateSection(firstLine: other.line))
                }
                if let tag = section.tag,
                    let other = firmware.first(where: { $0.tag?.value == tag.value })
                {
                    let cause = ConfigurationError.Cause.tagOfferedTwice(
                        tag.value.text,
                        firstLine: other.tag?.line ?? other.line
                    )
                    throw reader.error(cause, line: tag.line)
                }
                firmware.append(section)
            } else if configuration.matches(section.type, "vendor") {
                vendors.append(try VendorSection(reader))
            } else if configuration.matches(section.type, "launcher") {
                try set(reader)
            } else {
                let storage = try Storage(reader)
                let id = configuration.bytes(section.id)
                if let line = storageLines.updateValue(section.line, forKey: id) {
                    throw reader.error(.duplicateSection(firstLine: line))
                }
                storages.append(storage)
            }
        }
    }

    private mutating func set(_ reader: SectionValues) throws(ConfigurationError) {
        guard reader.id == "defaults" else {
            throw reader.error(.wrongSectionID(found: reader.id, expected: "'defaults'"))
        }
        qemu = try reader.path("qemu")
        storageConfiguration = try reader.path("storage-config") ?? storageConfiguration
        seccomp = try reader.word("seccomp") ?? seccomp
        spawn = try reader.word("spawn") ?? spawn
        landlock = try reader.word("landlock") ?? landlock
        capabilities = try reader.word("capabilities") ?? capabilities
        stockFirmware = try reader.word("stock-firmware") ?? stockFirmware
        defaultFirmware = try reader.volume("default-firmware")
        sevAttachment = try reader.word("sev-attachment") ?? sevAttachment
        readOnly = try reader.words("read-only") ?? readOnly
        log = try reader.word("log") ?? log
        debug = try reader.word("debug") ?? debug
        permitted = try reader.permitted()
        groups = try reader.groups()
        keptVariables = try Self.variables(reader)
    }

    private static func variables(
        _ reader: SectionValues
    ) throws(ConfigurationError) -> [ByteString] {
        var names: [ByteString] = []
        for property in reader.properties
        where reader.configuration.matches(property.key, "keep-environment") {
            let text = property.value.map { reader.configuration.text($0) } ?? ""
            let items = listItems(text)
            guard !items.isEmpty else {
                throw reader.error(.missingValue(key: "keep-environment"), line: property.line)
            }
            for item in items {
                guard isVariableName(item) else {
                    let expected = "names of environment variables: letters, digits and '_'"
                    let found = Setting(item, line: property.line)
                    throw reader.wrong("keep-environment", found, expected: expected)
                }
                names.append(ByteString(item))
            }
        }
        return names
    }
}

/// As in POSIX: no digit first, and no pattern.
private func isVariableName(_ text: String) -> Bool {
    !isDigit(text.utf8.first ?? UInt8(ascii: "0"))
        && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
}

extension SectionSchema {
    /// The sections and keys of launcher.conf.
    package static let launcher = SectionSchema(
        [
            SectionType(
                "launcher",
                keys: [
                    "qemu", "storage-config", "seccomp", "spawn", "landlock", "capabilities",
                    "stock-firmware", "default-firmware", "sev-attachment", "read-only", "log",
                    "debug", "groups",
                    Key("permit", isRepeatable: true),
                    Key("keep-environment", isRepeatable: true),
                ],
            ),
            SectionType(
                "firmware",
                keys: [
                    "sha256", "sha384", "sha512", "build", "signed-by", "guest", "tag",
                    Key("accept", isRepeatable: true), "comment",
                    // Known, so that they are refused for what they are.
                    "md5", "sha1", "sha224",
                ],
            ),
            SectionType("vendor", keys: [Key("key", isRepeatable: true), "comment"]),
            SectionType(
                "vm",
                keys: [
                    "firmware", "default-firmware", "uuid", "seccomp", "spawn", "landlock",
                    "capabilities", "debug",
                    "groups",
                    Key("permit", isRepeatable: true), "comment",
                ],
            ),
        ]
            + StorageType.directoryNames.map { type in
                SectionType(type, keys: ["path", "content-dirs", "nodes", "disable", "comment"])
            }
    )
}

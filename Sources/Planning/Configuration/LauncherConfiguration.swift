package import SystemPackage

/// What `/etc/qemu-launcher/launcher.conf` says, in Proxmox's section-config grammar.
///
/// Reading it is all or nothing: a line that cannot be understood anywhere in the file is an error,
/// and so is a wrong value. Only the values of `vm:` sections, of which there may be thousands, are
/// read when their VM is asked for; ``virtualMachines()`` reads all of them.
package struct LauncherConfiguration: Sendable {
    /// The file it was read from, for messages.
    package var file: String { configuration.file }

    /// What to exec; where nothing is set, the caller's argv[0] decides.
    package internal(set) var qemu: Setting<FilePath>?
    package internal(set) var storageConfiguration: Setting<FilePath>
    package internal(set) var seccomp: Setting<SeccompMode>
    package internal(set) var spawn: Setting<SpawnPolicy>
    package internal(set) var landlock: Setting<LandlockMode>
    package internal(set) var capabilities: Setting<CapabilityMode>
    package internal(set) var stockFirmware: Setting<StockFirmware>
    package internal(set) var sevAttachment: Setting<SEVAttachment>
    /// The proofs that count. One of them has to hold for an image.
    package internal(set) var readOnly: Setting<[ReadOnlyProof]>
    package internal(set) var log: Setting<Log>
    package internal(set) var debug: Setting<Debugging>
    /// What may stand in the command line of a VM with custom firmware, although the launcher does
    /// not know it to be harmless.
    package internal(set) var permitted: [Setting<AuditedItem>]
    /// Groups of system calls that every VM gets, besides those that its command line asks for: what
    /// QMP asks for later does not stand there.
    package internal(set) var groups: [Setting<SyscallGroup>]
    /// Environment variables that QEMU gets besides those of ``KeptVariable/table``.
    package internal(set) var keptVariables: [ByteString]

    package internal(set) var storages: [Storage]
    package internal(set) var firmware: [FirmwareSection]
    var configuration: SectionConfiguration

    package static let defaultFile: FilePath = "/etc/qemu-launcher/launcher.conf"

    /// What holds where there is no file.
    package static let defaults = LauncherConfiguration(
        qemu: nil,
        storageConfiguration: Setting("/etc/pve/storage.cfg"),
        seccomp: Setting(.enforce),
        spawn: Setting(.auto),
        landlock: Setting(.off),
        capabilities: Setting(.keep),
        stockFirmware: Setting(.allow),
        sevAttachment: Setting(.bios),
        readOnly: Setting(ReadOnlyProof.allCases),
        log: Setting(.syslog),
        debug: Setting(.deny),
        permitted: [],
        groups: [],
        keptVariables: [],
        storages: [],
        firmware: [],
        configuration: SectionConfiguration(empty: [], file: defaultFile.string),
    )

    /// Firmware that a package installed and no VM asked to replace.
    package enum StockFirmware: String, Hashable, Sendable, CaseIterable {
        /// Left as it is.
        case allow
        /// Has to be pinned, and is verified and sealed like a firmware volume.
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

/// A `vm:` section: what one VM is started with.
package struct VirtualMachineSection: Hashable, Sendable {
    package let subject: Subject
    /// Of the section's header.
    package let line: Int
    package let firmware: Setting<FirmwareVolumeID>?
    /// Whether the VM gets the host's `default-firmware` if it names no other image; `nil` for yes.
    package let defaultFirmware: Setting<DefaultFirmwareUse>?
    /// The VM must have this UUID: VM IDs are used again after a VM is gone.
    package let uuid: Setting<MachineUUID>?
    package let seccomp: Setting<SeccompMode>?
    package let spawn: Setting<SpawnPolicy>?
    package let landlock: Setting<LandlockMode>?
    package let capabilities: Setting<CapabilityMode>?
    package let debug: Setting<LauncherConfiguration.Debugging>?
    package let permitted: [Setting<AuditedItem>]
    /// Groups of system calls besides those that the command line asks for.
    package let groups: [Setting<SyscallGroup>]
}

extension VirtualMachineSection {
    init(_ reader: SectionValues) throws(ConfigurationError) {
        subject = try Self.subject(reader)
        line = reader.line
        firmware = try reader.volume("firmware")
        defaultFirmware = try reader.word("default-firmware")
        uuid = try Self.uuid(reader)
        seccomp = try reader.word("seccomp")
        spawn = try reader.word("spawn")
        landlock = try reader.word("landlock")
        capabilities = try reader.word("capabilities")
        debug = try reader.word("debug")
        permitted = try reader.permitted()
        groups = try reader.groups()
    }

    private static func subject(_ reader: SectionValues) throws(ConfigurationError) -> Subject {
        guard let subject = Subject(reader.configuration.bytes[reader.section.id]) else {
            let expected = "a VM ID from 100 to 999999999"
            throw reader.error(.wrongSectionID(found: reader.id, expected: expected))
        }
        return subject
    }

    private static func uuid(
        _ reader: SectionValues,
    ) throws(ConfigurationError) -> Setting<MachineUUID>? {
        guard let found = try reader.text("uuid") else { return nil }
        guard let uuid = MachineUUID(found.value) else {
            throw reader.wrong("uuid", found, expected: "a UUID of 36 characters")
        }
        return Setting(uuid, line: found.line)
    }
}

/// The word of `default-firmware` in a `vm:` section.
package enum DefaultFirmwareUse: String, CaseIterable, Hashable, Sendable {
    case yes
    case no
}

extension VirtualMachineSection {
    package enum Subject: Hashable, Sendable {
        /// Proxmox's VM ID, QEMU's `-id`: an ID of digits is always one.
        case vmid(VirtualMachineID)
        /// An ID in the form of a UUID is always one; for VMs without a VM ID.
        case uuid(MachineUUID)
        /// QEMU's `-name`, for VMs without an ID.
        case name(ByteString)

        var isVMID: Bool { if case .vmid = self { true } else { false } }
    }
}

extension VirtualMachineSection.Subject {
    /// - Returns: `nil` for digits that are not a VM ID.
    init?(_ bytes: ArraySlice<UInt8>) {
        if let vmid = VirtualMachineID(bytes) {
            self = .vmid(vmid)
        } else if bytes.allSatisfy(isDigit) {
            return nil
        } else if let uuid = MachineUUID(bytes) {
            self = .uuid(uuid)
        } else {
            self = .name(ByteString(bytes))
        }
    }

    /// Whether a VM of that name can have a section. A name of digits, or in the form of a UUID,
    /// selects none: such an ID is for the VM that has it, not for a VM of that name.
    static func isName(_ name: ByteString) -> Bool {
        if case .name = Self(name.bytes[...]) { true } else { false }
    }
}

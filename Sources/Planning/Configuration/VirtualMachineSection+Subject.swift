extension VirtualMachineSection {
    package enum Subject: Hashable, Sendable {
        /// Proxmox's VM ID, QEMU's `-id`: an ID of digits is always one.
        case vmid(UInt32)
        /// An ID in the form of a UUID is always one.
        case uuid(MachineUUID)
        /// QEMU's `-name`, for VMs without an ID.
        case name(ByteString)
    }
}

extension VirtualMachineSection.Subject {
    /// - Returns: `nil` for digits that are no VM ID.
    init?(_ bytes: ArraySlice<UInt8>) {
        if bytes.allSatisfy(isDigit) {
            guard let vmid = VirtualMachineID(bytes) else { return nil }
            self = .vmid(vmid.number)
        } else if let uuid = MachineUUID(bytes) {
            self = .uuid(uuid)
        } else {
            self = .name(ByteString(bytes))
        }
    }

    /// The subject of sections for a VM of that name. A name of digits, or in the form of a UUID,
    /// selects none: such an ID is for the VM that has it, not for one that is called so.
    static func named(_ name: ByteString) -> Self? {
        guard let subject = Self(name.bytes[...]), case .name = subject else { return nil }
        return subject
    }

    /// Whether the section of that ID is for this VM; without making a value of the ID, as there
    /// may be thousands to look at.
    func isSubject(_ id: Range<Int>, of configuration: SectionConfiguration) -> Bool {
        switch self {
        case .vmid(let number): configuration.matches(id, Array(String(number).utf8))
        case .name(let name): configuration.matches(id, name.bytes)
        case .uuid(let uuid): id.count == 36 && MachineUUID(configuration.bytes[id]) == uuid
        }
    }
}

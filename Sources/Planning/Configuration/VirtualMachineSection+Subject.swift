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
        if let vmid = VirtualMachineID(bytes) {
            self = .vmid(vmid.number)
        } else if bytes.allSatisfy(isDigit) {
            return nil
        } else if let uuid = MachineUUID(bytes) {
            self = .uuid(uuid)
        } else {
            self = .name(ByteString(bytes))
        }
    }

    /// Whether a VM of that name can have a section. A name of digits, or in the form of a UUID,
    /// selects none: such an ID is for the VM that has it, not for one that is called so.
    static func isName(_ name: ByteString) -> Bool {
        if case .name = Self(name.bytes[...]) { true } else { false }
    }
}

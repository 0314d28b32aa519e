/// Which VM a command line starts, by the names it gives itself.
package struct MachineIdentity: Hashable, Sendable {
    /// Proxmox's VM ID: the value of `-id`, an option that only its build of QEMU has.
    package let vmID: ByteString?
    /// The guest's name: the last `-name NAME` or `-name guest=NAME`.
    package let name: ByteString?
    /// The last of `-uuid` and `-smbios type=1,uuid=`, which set the same thing; not that of a
    /// mediated device, where the VM has one of its own.
    package let uuid: ByteString?

    package init(vmID: ByteString? = nil, name: ByteString? = nil, uuid: ByteString? = nil) {
        self.vmID = vmID
        self.name = name
        self.uuid = uuid
    }

    /// The identity alone, for a message about a command line that could not be read further.
    package init(_ invocation: Invocation) {
        self.init(ArgumentVector(invocation.arguments))
    }

    package init(_ vector: ArgumentVector) {
        vmID = vector.all("id").last?.value
        name =
            vector.all("name").compactMap { option in
                option.value.flatMap { KeyValueList($0, impliedKey: "guest")["guest"] }
            }.last
        let uuids = vector.options.compactMap(Self.uuid(in:))
        let vmID = vmID
        uuid = uuids.last { !Self.isMediatedDevice($0, of: vmID) } ?? uuids.last
    }

    /// NVIDIA's vGPU wants QEMU to have the UUID of the device, so that one may come last, from
    /// Proxmox or from `args`. It is `INDEX-0000-0000-0000-VMID` in 8 and 12 decimal digits
    /// (qemu-server PCI.pm `generate_mdev_uuid`), and tells nothing that the VM ID does not.
    private static func isMediatedDevice(_ uuid: ByteString, of vmID: ByteString?) -> Bool {
        guard let vmID, uuid.bytes.count == 36, vmID.bytes.count <= 12 else { return false }
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 12 - vmID.bytes.count)
        return uuid.bytes.prefix(8).allSatisfy(isDigit)
            && uuid.bytes.dropFirst(8).elementsEqual("-0000-0000-0000-".utf8 + zeros + vmID.bytes)
    }

    private static func uuid(in option: ArgumentVector.Option) -> ByteString? {
        guard let value = option.value else { return nil }
        switch option.name {
        case "uuid": return value
        case "smbios":
            let list = KeyValueList(value)
            return list["type"].flatMap(QEMUValue.number) == 1 ? list["uuid"] : nil
        default: return nil
        }
    }

    /// Whether there is a ``label``.
    package var isNamed: Bool { vmID != nil || name != nil }

    /// How messages name the VM: `vm 100`, `vm 'name'`, or nothing.
    package var label: String? {
        vmID.map { "vm \($0.escaped)" } ?? name.map { "vm \(quoted($0))" }
    }
}

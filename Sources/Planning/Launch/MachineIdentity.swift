/// Which VM a command line starts, by the names it gives itself.
package struct MachineIdentity: Hashable, Sendable {
    /// Proxmox's VM ID: the value of `-id`, an option that only its build of QEMU has.
    package let vmID: ByteString?
    /// The guest's name: the last `-name NAME` or `-name guest=NAME`.
    package let name: ByteString?
    /// The last of `-uuid` and `-smbios type=1,uuid=`, which set the same thing.
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
        uuid = vector.options.compactMap(Self.uuid(in:)).last
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

extension GuestKind {
    /// Bit 2 of a SEV policy asks for encrypted register state: SEV-ES (AMD SEV API, chapter 3).
    private static let policyES: UInt64 = 1 << 2

    /// What QEMU's `sev-guest` takes where no policy is given: no debugging, no SEV-ES.
    private static let defaultPolicy: UInt64 = 1

    /// The kind of guest a command line asks for: its machine names a confidential-guest object,
    /// by the property of today or the older `memory-encryption`.
    package init(_ commandLine: QEMUCommandLine, machine: MachineOptions) throws(AttachmentError) {
        guard let object = try ObjectOption.confidentialGuest(in: commandLine, machine: machine)
        else {
            self = .normal
            return
        }
        let quote = object.quote
        switch object.type {
        case "sev-guest":
            let policy = try Self.policy(of: object, quote: quote)
            self = policy & Self.policyES != 0 ? .sevES : .sev
        case "sev-snp-guest": self = .sevSNP
        case "tdx-guest": self = .tdx
        default: throw .confidentialObjectUnknown(type: object.type, option: quote)
        }
    }

    private static func policy(
        of object: ObjectOption,
        quote: String
    ) throws(AttachmentError)
        -> UInt64
    {
        guard let text = object.policyText else { return defaultPolicy }
        guard let number = QEMUValue.number(text) else {
            throw .unreadablePolicy(found: text, option: quote)
        }
        return number
    }
}

extension ObjectOption {
    /// The object that protects the guest; `nil` for a normal guest.
    package static func confidentialGuest(
        in commandLine: QEMUCommandLine,
        machine: MachineOptions,
    ) throws(AttachmentError) -> ObjectOption? {
        let current = machine.last("confidential-guest-support")
        let older = machine.last("memory-encryption")
        if let current, let older, current.value != older.value {
            throw .confidentialGuestAmbiguous(first: current.value, second: older.value)
        }
        guard let setting = current ?? older else { return nil }
        let objects = try all(in: commandLine)
        guard let object = objects.last(where: { $0.identifier == setting.value }) else {
            throw .confidentialObjectMissing(
                id: setting.value,
                option: setting.quote
            )
        }
        return object
    }
}

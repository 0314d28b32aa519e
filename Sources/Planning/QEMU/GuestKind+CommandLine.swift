extension GuestKind {
    /// Bit 2 of a SEV policy asks for encrypted register state: SEV-ES (AMD SEV API, chapter 3).
    private static let policyES: UInt64 = 1 << 2

    /// What QEMU's `sev-guest` takes where no policy is given: no debugging, no SEV-ES.
    private static let defaultPolicy: UInt64 = 1

    /// The kind of guest a command line asks for: its machine names a confidential-guest object,
    /// by the property of today or the older `memory-encryption`.
    package init(_ vector: ArgumentVector, machine: MachineOptions) throws(AttachmentError) {
        let current = machine.last("confidential-guest-support")
        let older = machine.last("memory-encryption")
        if let current, let older, current.value != older.value {
            throw .confidentialGuestAmbiguous(first: current.value, second: older.value)
        }
        guard let setting = current ?? older else {
            self = .normal
            return
        }
        guard let object = try GuestObject.last(id: setting.value, in: vector) else {
            throw .confidentialObjectMissing(
                id: setting.value,
                option: vector.quote(setting.option)
            )
        }
        switch object.type {
        case "sev-guest": self = try object.policy() & Self.policyES != 0 ? .sevES : .sev
        case "sev-snp-guest": self = .sevSNP
        case "tdx-guest": self = .tdx
        default: throw .confidentialObjectUnknown(type: object.type, option: object.quote)
        }
    }

    /// An `-object`, as far as it says what protects the guest.
    private struct GuestObject {
        let type: ByteString
        let policyText: ByteString?
        let quote: String

        static func last(
            id: ByteString,
            in vector: ArgumentVector,
        ) throws(AttachmentError) -> GuestObject? {
            var found: GuestObject?
            for option in vector.all("object") {
                guard let value = option.value else { continue }
                let quote = vector.quote(option)
                if value.bytes.first == UInt8(ascii: "{") {
                    let root: JSONNode
                    do {
                        root = try JSONReader.read(value)
                    } catch {
                        throw .unreadableJSON(option: quote, error)
                    }
                    guard root["id"]?.string == id else { continue }
                    found = GuestObject(
                        type: root["qom-type"]?.string ?? "",
                        policyText: root["policy"]?.scalarText,
                        quote: quote,
                    )
                } else {
                    let list = KeyValueList(value, impliedKey: "qom-type")
                    guard list["id"] == id else { continue }
                    found = GuestObject(
                        type: list["qom-type"] ?? "",
                        policyText: list["policy"],
                        quote: quote
                    )
                }
            }
            return found
        }

        func policy() throws(AttachmentError) -> UInt64 {
            guard let policyText else { return GuestKind.defaultPolicy }
            guard let number = QEMUValue.number(policyText) else {
                throw .unreadablePolicy(found: policyText, option: quote)
            }
            return number
        }
    }
}

extension JSONNode {
    /// A string or a number as it is written.
    package var scalarText: ByteString? {
        switch content {
        case .string(let text), .number(let text): text
        default: nil
        }
    }
}

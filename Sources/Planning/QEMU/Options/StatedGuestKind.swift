/// An `-object`, as far as it says what protects or debugs the guest.
package struct ObjectOption: Equatable, Sendable {
    private let stated: StatedOption
    package let quote: String

    package var type: ByteString { self["qom-type"] ?? "" }
    package var identifier: ByteString? { self["id"] }

    /// Strings and numbers as they are written, truth values as `on` and `off`.
    package subscript(key: ByteString) -> ByteString? { stated[key] }

    /// A SEV or TDX policy as it is written.
    package var policyText: ByteString? { self["policy"] }

    package static func all(
        in commandLine: QEMUCommandLine
    ) throws(GuestKindError) -> [ObjectOption] {
        var objects: [ObjectOption] = []
        for option in commandLine.all("object") {
            let quote = commandLine.quote(option)
            if case .json(let error) = option.problem {
                throw .unreadableJSON(option: quote, error)
            }
            objects.append(ObjectOption(stated: option, quote: quote))
        }
        return objects
    }
}

extension GuestKind {
    /// Bit 2 of a SEV policy asks for encrypted register state: SEV-ES (AMD SEV API, chapter 3).
    private static let policyES: UInt64 = 1 << 2

    /// What QEMU's `sev-guest` uses if no policy is given: no debugging, no SEV-ES.
    private static let defaultPolicy: UInt64 = 1

    /// The kind of guest a command line asks for: its machine names a confidential-guest object,
    /// by the property of today or the older `memory-encryption`.
    package init(_ commandLine: QEMUCommandLine, machine: MachineOptions) throws(GuestKindError) {
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
        default: throw .unknownObject(type: object.type, option: quote)
        }
    }

    private static func policy(
        of object: ObjectOption,
        quote: String
    ) throws(GuestKindError)
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
    ) throws(GuestKindError) -> ObjectOption? {
        let current = machine.last("confidential-guest-support")
        let older = machine.last("memory-encryption")
        if let current, let older, current.value != older.value {
            throw .ambiguous(first: current.value, second: older.value)
        }
        guard let setting = current ?? older else { return nil }
        let objects = try all(in: commandLine)
        guard let object = objects.last(where: { $0.identifier == setting.value }) else {
            throw .objectMissing(
                id: setting.value,
                option: setting.quote
            )
        }
        return object
    }
}

/// Why it is not known what protects the guest.
package enum GuestKindError: Failure {
    case unreadableJSON(option: String, JSONError)
    case objectMissing(id: ByteString, option: String)
    case unknownObject(type: ByteString, option: String)
    case ambiguous(first: ByteString, second: ByteString)
    case unreadablePolicy(found: ByteString, option: String)

    package var message: String {
        switch self {
        case .unreadableJSON(let option, let error):
            "\(option): not readable as JSON (\(error.explanation))"
        case .objectMissing(let id, let option):
            "\(option): no -object with id \(quoted(id)) in the command line"
        case .unknownObject(let type, let option):
            "\(option): unknown kind of confidential guest \(quoted(type))"
                + " (expected sev-guest, sev-snp-guest or tdx-guest)"
        case .ambiguous(let first, let second):
            "two objects claim to protect the guest: \(quoted(first)) and \(quoted(second))"
        case .unreadablePolicy(let found, let option):
            "\(option): the policy is not a number: \(quoted(found))"
        }
    }

    package var hint: String? { nil }

    package var exitStatus: ExitStatus { .usage }
}

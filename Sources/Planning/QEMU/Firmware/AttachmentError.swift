/// Why custom firmware cannot take its place in this command line.
package enum AttachmentError: Failure {
    // What the command line is.
    case notUEFI(vmID: ByteString)
    case unsupportedMachine(type: ByteString)
    case otherArchitecture(program: ByteString)
    case unreadableJSON(option: String, JSONError)

    // Guest kind.
    case confidentialObjectMissing(id: ByteString, option: String)
    case confidentialObjectUnknown(type: ByteString, option: String)
    case confidentialGuestAmbiguous(first: ByteString, second: ByteString)
    case unreadablePolicy(found: ByteString, option: String)

    // Flash banks and block nodes.
    case unusableFlash(option: String, why: String)
    case secondCodeImage(option: String, first: String)
    case variableStoreTwice(option: String)
    case unknownNode(name: ByteString, usedBy: String?)
    case nodeDefinedTwice(name: ByteString, option: String)
    case nodeLoop(name: ByteString?)
    case unsupportedDriver(ByteString, node: ByteString?)
    case nodeShared(name: ByteString)

    /// What the audit does not let pass.
    case refused(AuditRefusal)

    package var message: String {
        switch self {
        case .notUEFI:
            "custom firmware was asked for, but the VM is not in UEFI mode:"
                + " its command line attaches no firmware"
        case .unsupportedMachine(let type):
            "custom firmware does not fit machine type \(quoted(type))"
        case .otherArchitecture(let program):
            "custom firmware is supported for x86_64 guests only, not for \(quoted(program))"
        case .unreadableJSON(let option, let error):
            "\(option): not readable as JSON (\(error.explanation))"
        case .confidentialObjectMissing(let id, let option):
            "\(option): no -object with id \(quoted(id)) in the command line"
        case .confidentialObjectUnknown(let type, let option):
            "\(option): unknown kind of confidential guest \(quoted(type))"
                + " (expected sev-guest, sev-snp-guest or tdx-guest)"
        case .confidentialGuestAmbiguous(let first, let second):
            "two objects are to protect the guest: \(quoted(first)) and \(quoted(second))"
        case .unreadablePolicy(let found, let option):
            "\(option): the policy is not a number: \(quoted(found))"
        default: flashMessage
        }
    }

    private var flashMessage: String {
        switch self {
        case .unusableFlash(let option, let why):
            "\(option): \(why)"
        case .secondCodeImage(let option, let first):
            "\(option) attaches a second code image beside \(first)"
        case .variableStoreTwice(let option):
            "-efidisk0: the command line has a variable store already: \(option)"
        case .unknownNode(let name, let usedBy):
            (usedBy.map { "\($0): " } ?? "")
                + "no block node named \(quoted(name)) in the command line"
        case .nodeDefinedTwice(let name, let option):
            "\(option): block node \(quoted(name)) is defined a second time"
        case .nodeLoop(let name):
            "block node \(quoted(name ?? "")) refers to itself or is nested too deep"
        case .unsupportedDriver(let driver, let node):
            "block node \(quoted(node ?? "")) below pflash0 has driver \(quoted(driver)),"
                + " which a code image cannot pass through unchanged"
        case .nodeShared(let name):
            "block node \(quoted(name)) serves both the code image and the variable store"
        case .refused(let refusal):
            refusal.message
        default:
            ""
        }
    }

    package var hint: String? {
        switch self {
        case .notUEFI(let id):
            "set 'bios: ovmf' in the configuration of VM \(id.escaped),"
                + " or take the custom firmware away"
        case .unsupportedMachine: "custom firmware needs a pc or q35 machine"
        case .otherArchitecture: "start this VM without custom firmware"
        case .variableStoreTwice: "leave -efidisk0 out: it is for launches by hand without one"
        case .secondCodeImage: "leave one of the two"
        case .unsupportedDriver: "attach the code image through a raw node on a file node"
        case .refused(let refusal): refusal.hint
        default: nil
        }
    }

    package var exitStatus: ExitStatus {
        guard case .refused(let refusal) = self else { return .usage }
        return refusal.exitStatus
    }
}

extension JSONError {
    package var explanation: String {
        switch self {
        case .unexpected(let position): "stopped making sense at byte \(position)"
        case .duplicateKey(let key): "key \(quoted(key)) stands twice"
        case .nestedTooDeep: "nested too deep"
        }
    }
}

/// What an operator should know although the VM starts.
package enum AttachmentWarning: Equatable, Sendable {
    case variableStoreUnused(GuestKind)
    case biosIgnored(option: String)
    case firmwareFromElsewhere(option: String)

    package var message: String {
        switch self {
        case .variableStoreUnused(let guest):
            "\(guest.displayName) guests have no variable store: the EFI disk is not used"
        case .biosIgnored(let option):
            "\(option) is left out: the custom firmware takes its place"
        case .firmwareFromElsewhere(let option):
            "\(option) brings the firmware of the VM it was saved from: that is what will run"
        }
    }
}

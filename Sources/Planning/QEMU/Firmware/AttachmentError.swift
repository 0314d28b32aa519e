/// Why custom firmware cannot take its place among the flash banks and block nodes of this command
/// line.
package enum AttachmentError: Failure {
    case notUEFI(vmID: ByteString)
    /// A flash bank in a file of settings, where the image cannot be put.
    case firmwareInFile(place: String)
    /// `-set drive.ID.KEY=` changes the flash bank after its own option was read.
    case flashChanged(option: String)
    case unusableFlash(option: String, why: String)
    case secondCodeImage(option: String, first: String)
    case variableStoreTwice(option: String)

    case unreadableJSON(option: String, JSONError)
    case unknownNode(name: ByteString, usedBy: String?)
    case nodeDefinedTwice(name: ByteString, option: String)
    case nodeLoop(name: ByteString?)
    case unsupportedDriver(ByteString, node: ByteString?)
    case nodeShared(name: ByteString)

    package var message: String {
        switch self {
        case .notUEFI:
            "custom firmware was asked for, but the VM is not in UEFI mode:"
                + " its command line attaches no firmware"
        case .firmwareInFile(let place):
            "\(place) decides the firmware"
        case .flashChanged(let option):
            "\(option) changes the drive that holds the firmware"
        case .unusableFlash(let option, let why):
            "\(option): \(why)"
        case .secondCodeImage(let option, let first):
            "\(option) attaches a second code image besides \(first)"
        case .variableStoreTwice(let option):
            "-efidisk0: the command line already has a variable store: \(option)"
        case .unreadableJSON(let option, let error):
            "\(option): not readable as JSON (\(error.explanation))"
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
        }
    }

    package var hint: String? {
        switch self {
        case .notUEFI(let id):
            "set 'bios: ovmf' in the configuration of VM \(id.escaped),"
                + " or take the custom firmware away"
        case .firmwareInFile: "put the flash drive into the command line"
        case .flashChanged: "leave it out"
        case .variableStoreTwice:
            "leave -efidisk0 out: it is for launches by hand without a variable store"
        case .secondCodeImage: "leave one of the two out"
        case .unsupportedDriver: "attach the code image through a raw node on a file node"
        case .unusableFlash, .unreadableJSON, .unknownNode, .nodeDefinedTwice, .nodeLoop,
            .nodeShared:
            nil
        }
    }

    package var exitStatus: ExitStatus { .usage }
}

extension JSONError {
    package var explanation: String {
        switch self {
        case .unexpected(let position): "not understood from byte \(position) on"
        case .duplicateKey(let key): "key \(quoted(key)) is given twice"
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

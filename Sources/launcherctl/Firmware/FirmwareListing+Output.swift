import Host
import Planning

extension FirmwareListing.Entry {
    /// One word, or a few.
    // Swift 6.3.1 crashes in -O where this is inlined into the table.
    @inline(never)
    var state: String {
        switch examination {
        case .verified: "verified"
        case .notPinned: "not pinned"
        case .refused, .unreachable: "refused"
        }
    }

    var colour: Terminal.Colour {
        switch examination {
        case .verified: .green
        case .notPinned: .yellow
        case .refused, .unreachable: .red
        }
    }

    /// Why a start would refuse the image.
    var reason: String? {
        switch examination {
        case .verified, .notPinned: nil
        case .refused(let error): error.cause.message
        case .unreachable(let message): message
        }
    }

    // Swift 6.3.1 crashes in -O where this is inlined into the table.
    @inline(never)
    var byteCount: Int? {
        if case .verified(let facts) = examination { facts.byteCount } else { nil }
    }
}

/// One volume of `--json`.
struct FirmwareDocument: Encodable {
    let volume: String
    let state: String
    let reason: String?
    let byteCount: Int?
    let digests: [String]
    let pinnedBy: [String]
    let readOnly: [String]
    let usedBy: [String]

    init(_ entry: FirmwareListing.Entry) {
        volume = entry.volume.description
        state = entry.state.replacing(" ", with: "-")
        reason = entry.reason
        byteCount = entry.byteCount
        pinnedBy = entry.pins.map(\.origin)
        usedBy = entry.users.map(\.description)
        switch entry.examination {
        case .verified(let facts):
            digests = facts.digests.map(\.description)
            readOnly = facts.proofs.map(\.rawValue)
        case .notPinned(let digest):
            digests = [digest.description]
            readOnly = []
        case .refused, .unreachable:
            digests = []
            readOnly = []
        }
    }
}

extension FirmwareListing {
    var table: String {
        var table = Table("VOLUME", "SIZE", "STATE", "USED BY")
        for entry in entries {
            let size = entry.byteCount.map { "\($0)" } ?? "-"
            let users = entry.users.map(\.description).joined(separator: ", ")
            table.add(entry.volume.description, size, entry.state, users.isEmpty ? "-" : users)
        }
        return table.text
    }
}

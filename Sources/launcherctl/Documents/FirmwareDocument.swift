import FoundationEssentials
import Host
import Planning

/// One volume of `--json`.
struct FirmwareDocument: Encodable {
    let volume: String
    let state: String
    let reason: String?
    let byteCount: Int?
    let kind: String?
    let digests: [String]
    let pinnedBy: [String]
    let readOnly: [String]
    let usedBy: [String]
    let tag: String?
    let signedBy: String?

    init(_ entry: FirmwareListing.Entry) {
        volume = entry.volume.description
        state = entry.state.replacing(" ", with: "-")
        reason = entry.reason
        byteCount = entry.look?.byteCount
        kind = entry.look?.kind.name
        pinnedBy = entry.pins.map(\.origin)
        usedBy = entry.users.map(\.description)
        tag = entry.tag?.text
        signedBy = entry.signer?.description
        switch entry.trial {
        case .verified(let facts), .unfit(let facts, _):
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

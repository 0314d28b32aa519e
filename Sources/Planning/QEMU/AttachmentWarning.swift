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

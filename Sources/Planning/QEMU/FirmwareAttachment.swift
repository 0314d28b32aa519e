/// How the guest gets the image.
package enum FirmwareAttachment: String, Hashable, Sendable {
    /// `-bios`: read into guest memory, no variable store. Confidential guests.
    case bios
    /// `-drive if=pflash,unit=0`: read-only flash, the variable store beside it.
    case pflashDrive = "pflash-drive"
    /// `-blockdev` nodes that `-machine pflash0=` names.
    case pflashBlockdev = "pflash-blockdev"
}

import Host
import Planning

/// What becomes of the digests of a new image: they are written into launcher.conf, or shown for
/// somebody to write there.
struct PinOutput {
    /// A remark for the new section.
    let comment: String?
    let isWritten: Bool

    func pinNew(
        _ volume: FirmwareVolumeID,
        _ digests: [Digest],
        _ build: FirmwareBuild?,
        in inventory: Inventory,
    ) throws(LaunchFailure) {
        guard isWritten else {
            Output.show(
                "\nTo start VMs with it, add to \(inventory.configurationPath) (or use --pin):\n"
            )
            let section = PinEdit.section(.volume(volume), digests, build: build, comment: comment)
            Output.show(section, terminator: "")
            return
        }
        let comment = comment
        _ = try inventory.edit(pinsOf: .volume(volume)) { (edit) throws(ConfigurationError) in
            try edit.pinning(.volume(volume), to: digests, build: build, comment: comment)
        }
        Output.show("pinned in \(inventory.configurationPath)")
    }
}

import Host
import Planning

/// What becomes of the digests of a new image: they are written into launcher.conf, or shown for
/// somebody to write there.
struct PinOutput {
    /// A remark for the new section.
    let comment: SectionComment?
    let isWritten: Bool

    /// - Parameter added: with the pins that the volume has already.
    func pinNew(
        _ volume: FirmwareVolumeID,
        _ added: NewImage.Added,
        in inventory: Inventory,
    ) throws(LaunchFailure) {
        let pinned = added.pins.map(\.digest)
        try pinNew(
            volume,
            pinned.isEmpty ? added.digests : pinned,
            added.build,
            signedBy: added.signer,
            in: inventory,
        )
    }

    func pinNew(
        _ volume: FirmwareVolumeID,
        _ digests: [Digest],
        _ build: FirmwareBuild?,
        signedBy signer: Signer? = nil,
        in inventory: Inventory,
    ) throws(LaunchFailure) {
        guard isWritten else {
            Output.show(
                "\nTo start VMs with it, add to \(inventory.configurationPath) (or use --pin):\n"
            )
            let section = PinEdit.section(
                .volume(volume),
                digests,
                build: build,
                signer: signer,
                comment: comment,
            )
            Output.show(section, terminator: "")
            return
        }
        let comment = comment
        _ = try inventory.edit(pinsOf: .volume(volume)) { (edit) throws(ConfigurationError) in
            try edit.pinning(
                .volume(volume),
                to: digests,
                build: build,
                signer: signer,
                comment: comment,
            )
        }
        Output.show("pinned in \(inventory.configurationPath)")
    }
}

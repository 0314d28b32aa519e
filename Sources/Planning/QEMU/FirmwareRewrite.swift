/// The command line with the sealed image in the place of its firmware, and how that was done.
///
/// One function a row of the attachment table: which guest, what was found, what becomes of it.
package struct FirmwareRewrite: Equatable, Sendable {
    package let attachment: FirmwareAttachment
    package let arguments: [ByteString]
    package let warnings: [AttachmentWarning]

    /// What is asked of the rewrite beside the command line.
    package struct Request: Equatable, Sendable {
        /// The path under which QEMU opens the sealed image; free of commas and quotes.
        package var imagePath: ByteString
        package var guest: GuestKind
        /// SEV and SEV-ES guests may keep their variable store, as Proxmox starts them today.
        package var sevUsesFlash: Bool
        package var variableStore: VariableStoreOption?
        /// Leave flash as flash and `-bios` as `-bios`, whatever the guest: for stock firmware.
        package var keepsPlace = false
        /// Where QEMU finds the sealed copies of its files of settings and of its kernel, by their
        /// own names.
        package var settingsPaths: [ByteString: ByteString] = [:]
        /// Proxmox's VM ID: its command lines always attach firmware where the VM is in UEFI mode.
        package var vmID: ByteString?

        package init(
            imagePath: ByteString,
            guest: GuestKind,
            sevUsesFlash: Bool = false,
            variableStore: VariableStoreOption? = nil,
            vmID: ByteString? = nil,
        ) {
            self.imagePath = imagePath
            self.guest = guest
            self.sevUsesFlash = sevUsesFlash
            self.variableStore = variableStore
            self.vmID = vmID
        }

        func usesFlash(_ attached: AttachedFirmware) -> Bool {
            keepsPlace ? attached.hasFlashCode : guest.startsFromFlash(sevUsesFlash: sevUsesFlash)
        }
    }

    package init(
        _ commandLine: QEMUCommandLine,
        attached: AttachedFirmware,
        request: Request,
    ) throws(AttachmentError) {
        let vector = commandLine.vector
        var draft = Draft(vector: vector, attached: attached, request: request)
        draft.placeSettings(commandLine.files)
        attachment = request.usesFlash(attached) ? try draft.attachFlash() : try draft.attachBIOS()
        for option in vector.options where option.origin == .launcher { draft.edits.remove(option) }
        arguments = draft.edits.applied(to: vector)
        warnings = draft.warnings
    }

    /// The rewrite while it is being made.
    struct Draft {
        let vector: ArgumentVector
        let attached: AttachedFirmware
        let request: Request
        var edits = ArgumentEdits()
        var warnings: [AttachmentWarning] = []

        /// QEMU reads the sealed copies of the files that the decision was made from, and no other.
        mutating func placeSettings(_ files: SettingsFiles) {
            for option in vector.all("readconfig") + vector.all("kernel") {
                guard let copy = option.value.flatMap({ request.settingsPaths[$0] }) else {
                    continue
                }
                edits.replaceValue(of: option, with: copy)
            }
            if !vector.has("no-user-config") { edits.insert("-no-user-config") }
            if let copy = files.defaultFile.flatMap({ request.settingsPaths[$0.path] }) {
                edits.insert("-readconfig", copy)
            }
        }
    }
}

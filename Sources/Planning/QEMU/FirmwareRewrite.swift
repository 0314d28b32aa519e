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
        _ vector: ArgumentVector,
        attached: AttachedFirmware,
        request: Request,
    ) throws(AttachmentError) {
        try Self.refuseClosing(request.imagePath, in: vector)
        var draft = Draft(vector: vector, attached: attached, request: request)
        attachment = request.usesFlash(attached) ? try draft.attachFlash() : try draft.attachBIOS()
        for option in vector.options where option.origin == .launcher { draft.edits.remove(option) }
        arguments = draft.edits.applied(to: vector)
        warnings = draft.warnings
    }

    private static func refuseClosing(
        _ imagePath: ByteString,
        in vector: ArgumentVector,
    ) throws(AttachmentError) {
        for option in vector.all("add-fd") {
            // QEMU keeps 32 bits of the number (`parse_add_fd` in system/vl.c).
            let number = option.value.flatMap { KeyValueList($0)["fd"] }.flatMap(QEMUValue.number)
                .map { Int32(truncatingIfNeeded: $0) }
            guard let number, imagePath == ByteString("/proc/self/fd/\(number)") else { continue }
            throw .otherWayIn(.descriptorOfImage(option: vector.quote(option)))
        }
    }

    /// The rewrite while it is being made.
    struct Draft {
        let vector: ArgumentVector
        let attached: AttachedFirmware
        let request: Request
        var edits = ArgumentEdits()
        var warnings: [AttachmentWarning] = []
    }
}

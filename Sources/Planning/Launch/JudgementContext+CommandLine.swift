extension JudgementContext {
    /// What a command line shows of the machine that the image is for.
    ///
    /// - Parameters:
    ///   - commandLine: QEMU's own, with the image in its place.
    ///   - store: as far as the command line tells of it.
    package init(
        _ commandLine: QEMUCommandLine,
        guest: GuestKind,
        attachment: FirmwareAttachment,
        store: FlashFile?,
    ) throws(AttachmentError) {
        let machine = MachineOptions(commandLine)
        let object = try ObjectOption.confidentialGuest(in: commandLine, machine: machine)
        self.init(
            guest: guest,
            attachment: attachment == .bios ? .bios : .flash,
            store: store.map { Store($0) },
            systemManagementMode: machine["smm"].flatMap(QEMUValue.truth).map { $0 ? .on : .off }
                ?? .automatic,
            machineType: machine["type"]?.escaped ?? "pc",
            maximumFlashByteCount: machine["max-fw-size"].flatMap(QEMUValue.byteCount)
                .flatMap { Int(exactly: $0) } ?? Self.defaultMaximumFlashByteCount,
            hasKernelHashes: object?["kernel-hashes"].flatMap(QEMUValue.truth) == true,
            hasKernel: commandLine.vector.has("kernel") || machine["kernel"] != nil,
        )
    }
}

extension JudgementContext.Store {
    /// `size=` counts where it is given, as Proxmox does, whose volumes may be larger than the
    /// store in them.
    ///
    /// - Parameter file: what was found in the store's file; `nil` where nobody looked.
    package init(_ store: FlashFile, file: VariableStoreFile? = nil) {
        let byteCount =
            store.statedByteCount ?? file?.byteCount(as: store.format, from: store.offset)
        self.init(
            byteCount: byteCount.flatMap { Int(exactly: $0) },
            defect: file?.defect(as: store.format, from: store.offset),
        )
    }
}

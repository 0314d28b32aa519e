extension JudgementContext {
    /// What a command line shows of the machine that the image is for.
    ///
    /// - Parameters:
    ///   - vector: QEMU's own, with the image in its place.
    ///   - store: as far as the command line tells of it.
    package init(
        _ vector: ArgumentVector,
        guest: GuestKind,
        attachment: FirmwareAttachment,
        store: FlashFile?,
    ) throws(AttachmentError) {
        let machine = MachineOptions(vector)
        let object = try ObjectOption.confidentialGuest(in: vector, machine: machine)
        self.init(
            guest: guest,
            attachment: attachment == .bios ? .bios : .flash,
            store: store.map { Store($0) },
            systemManagementMode: machine["smm"].flatMap(QEMUValue.truth).map { $0 ? .on : .off }
                ?? .automatic,
            machineType: machine["type"]?.escaped ?? Self.defaultMachineType(vector),
            maximumFlashByteCount: machine["max-fw-size"].flatMap(QEMUValue.byteCount)
                .flatMap { Int(exactly: $0) } ?? Self.defaultMaximumFlashByteCount,
            hasKernelHashes: object?["kernel-hashes"].flatMap(QEMUValue.truth) == true,
            hasKernel: vector.has("kernel") || machine["kernel"] != nil,
        )
    }

    /// QEMU's own choice for x86-64 (`hw/i386/pc_piix.c`). A file of settings may make another.
    private static func defaultMachineType(_ vector: ArgumentVector) -> String? {
        vector.has("readconfig") ? nil : "pc"
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

extension JudgementContext {
    /// What a command line shows of the machine that the image is for.
    ///
    /// - Parameters:
    ///   - vector: QEMU's own, with the image in its place.
    ///   - storeByteCount: what the guest sees of the variable store's file, in bytes, where that
    ///     was looked up.
    package init(
        _ vector: ArgumentVector,
        guest: GuestKind,
        attachment: FirmwareAttachment,
        storeByteCount: UInt64?,
    ) throws(AttachmentError) {
        let machine = MachineOptions(vector)
        let object = try ObjectOption.confidentialGuest(in: vector, machine: machine)
        let attached = try AttachedFirmware(vector, machine: machine)
        let store = try AttachedVariableStore(attached, in: vector)
        self.init(
            guest: guest,
            attachment: attachment == .bios ? .bios : .flash,
            store: store.map { Store($0, ofFile: storeByteCount) },
            systemManagementMode: machine["smm"].flatMap(QEMUValue.truth).map { $0 ? .on : .off }
                ?? .automatic,
            machineType: machine["type"]?.escaped,
            maximumFlashByteCount: machine["max-fw-size"].flatMap(QEMUValue.byteCount)
                .flatMap { Int(exactly: $0) } ?? Self.defaultMaximumFlashByteCount,
            hasKernelHashes: object?["kernel-hashes"].flatMap(QEMUValue.truth) == true,
            hasKernel: vector.has("kernel") || machine["kernel"] != nil,
        )
    }
}

extension JudgementContext.Store {
    /// `size=` counts where it is given, as Proxmox does, whose volumes may be larger than the
    /// store in them.
    fileprivate init(_ store: AttachedVariableStore, ofFile: UInt64?) {
        self.init(byteCount: (store.statedByteCount ?? ofFile).flatMap { Int(exactly: $0) })
    }
}

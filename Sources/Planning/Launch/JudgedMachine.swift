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
    ) throws(GuestKindError) {
        let machine = MachineOptions(commandLine)
        let object = try ObjectOption.confidentialGuest(in: commandLine, machine: machine)
        self.init(
            guest: guest,
            attachment: attachment == .bios ? .bios : .flash,
            store: store.map { VariableStoreFacts($0) },
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

extension JudgementContext.VariableStoreFacts {
    /// `size=` counts if it is given, as for Proxmox, whose volumes may be larger than the
    /// store in them.
    ///
    /// - Parameter file: what was found in the store's file; `nil` if nobody looked.
    package init(_ store: FlashFile, file: VariableStoreFile? = nil) {
        let byteCount =
            store.statedByteCount ?? file?.byteCount(as: store.format, from: store.offset)
        self.init(
            byteCount: byteCount.flatMap { Int(exactly: $0) },
            defect: file?.defect(as: store.format, from: store.offset),
        )
    }
}

/// What a look at the file of a variable store finds, without reading all of it.
package struct VariableStoreFile: Equatable, Sendable {
    /// How much of its start tells what it is, in bytes: the header of a qcow2 image or of a firmware
    /// volume, and as much again to be sure of a store that is erased.
    package static let startByteCount = 4096

    /// The first bytes of the file, or all of it.
    package let start: [UInt8]
    package let byteCount: UInt64

    package init(start: [UInt8], byteCount: UInt64) {
        self.start = start
        self.byteCount = byteCount
    }

    /// What the guest sees, in bytes; `nil` if it is not known.
    ///
    /// - Parameters:
    ///   - format: as the command line names it.
    ///   - offset: where a raw store begins.
    func byteCount(as format: FlashFile.Format, from offset: UInt64) -> UInt64? {
        switch resolved(format) {
        case .raw: byteCount >= offset ? byteCount - offset : nil
        case .qcow2: QCOW2Header(start.span)?.diskByteCount
        case .guessed, .other: nil
        }
    }

    /// Why the firmware would crash on what it finds in its flash, or QEMU would write into
    /// something that is not a variable store.
    func defect(
        as format: FlashFile.Format,
        from offset: UInt64,
    ) -> JudgementContext.VariableStoreFacts.Defect? {
        guard resolved(format) == .raw, offset == 0 else { return nil }
        if ForeignFormat(of: start.span) == .qcow2 { return .qcow2 }
        if VolumeHeader(at: 0, of: start.span).volume?.holdsCode == true { return .code }
        return !start.isEmpty && start.allSatisfy { $0 == 0xFF } ? .erased : nil
    }

    /// QEMU guesses by the first bytes as well (`bdrv_probe_all` in block.c).
    private func resolved(
        _ format: FlashFile.Format
    ) -> FlashFile.Format {
        guard format == .guessed else { return format }
        return switch ForeignFormat(of: start.span) {
        case .qcow2?: .qcow2
        case let image? where image.family == .diskImage: .other
        default: .raw
        }
    }
}

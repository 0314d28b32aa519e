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
        let type = machine["type"] ?? "pc"
        let object = try ObjectOption.confidentialGuest(in: commandLine, machine: machine)
        self.init(
            guest: guest,
            attachment: attachment == .bios ? .bios : .flash,
            processor: ProcessorModel(commandLine).mode,
            hasSuspendToMemory: SuspendToMemory.isOn(in: commandLine, MachineType(type)),
            store: store.map { VariableStoreFacts($0) },
            systemManagementMode: machine["smm"].flatMap(QEMUValue.truth).map { $0 ? .on : .off }
                ?? .automatic,
            machineType: type.escaped,
            maximumFlashByteCount: machine["max-fw-size"].flatMap(QEMUValue.byteCount)
                .flatMap { Int(exactly: $0) } ?? Self.defaultMaximumFlashByteCount,
            hasKernelHashes: object?["kernel-hashes"].flatMap(QEMUValue.truth) == true,
            hasKernel: commandLine.vector.has("kernel") || machine["kernel"] != nil,
        )
    }
}

/// S3: `disable_s3` of the machine's power management, which is on unless somebody turned it off
/// (hw/acpi/ich9.c and piix4.c of QEMU 7.2 to 11.1; Red Hat's own machine types turn it off).
private enum SuspendToMemory {
    /// `nil` for a machine that is not known, and for a value that QEMU would refuse.
    static func isOn(in commandLine: QEMUCommandLine, _ machine: MachineType) -> Bool? {
        let driver: ByteString = machine.isQ35 ? "ICH9-LPC" : "PIIX4_PM"
        let setting = commandLine.all("global").last {
            $0["driver"] == driver && $0["property"] == "disable_s3"
        }
        if let value = setting?["value"] { return QEMUValue.number(value).map { $0 == 0 } }
        return machine.hasFlash && !machine.isOfRedHat ? true : nil
    }
}

/// The model of `-cpu`.
private struct ProcessorModel {
    let mode: ProcessorMode

    /// QEMU's models without long mode (`builtin_x86_defs` in target/i386/cpu.c).
    private static let models32: Set<ByteString> = [
        "486", "athlon", "coreduo", "kvm32", "n270", "pentium", "pentium2", "pentium3", "qemu32",
    ]

    init(_ commandLine: QEMUCommandLine) {
        // Features come after the model, and the last one counts: `qemu64,-lm`.
        let words = commandLine.vector.last("cpu")?.value?.bytes
            .split(separator: UInt8(ascii: ",")).map { ByteString($0) }
        let name = words?.first.map(Self.withoutVersion) ?? "qemu64"
        var mode = Self.models32.contains(name) ? ProcessorMode.bits32 : .bits64
        for word in words?.dropFirst() ?? [] {
            switch word {
            case "-lm", "lm=off": mode = .bits32
            case "+lm", "lm=on", "lm": mode = .bits64
            default: break
            }
        }
        self.mode = mode
    }

    /// `coreduo-v1` is `coreduo`.
    private static func withoutVersion(_ name: ByteString) -> ByteString {
        let parts = name.bytes.split(separator: UInt8(ascii: "-"))
        guard parts.count == 2, parts[1].first == UInt8(ascii: "v") else { return name }
        return ByteString(parts[0])
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
            defect: file?.defect(
                as: store.format,
                from: store.offset,
                byteCount: byteCount.flatMap { Int(exactly: $0) },
            ),
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
    ///
    /// - Parameter byteCount: what the guest sees.
    func defect(
        as format: FlashFile.Format,
        from offset: UInt64,
        byteCount: Int?,
    ) -> JudgementContext.VariableStoreFacts.Defect? {
        guard resolved(format) == .raw, offset == 0 else { return nil }
        if ForeignFormat(of: start.span) == .qcow2 { return .qcow2 }
        if VolumeHeader(at: 0, of: start.span).volume?.holdsCode == true { return .code }
        if !start.isEmpty, start.allSatisfy({ $0 == 0xFF }) { return .erased }
        return VariableStoreFault.look(at: start.span, byteCount: byteCount)
            .map(JudgementContext.VariableStoreFacts.Defect.damaged)
    }

    /// The same of a raw file from its first byte.
    package func defect(
        of byteCount: Int
    ) -> JudgementContext.VariableStoreFacts.Defect? {
        defect(as: .raw, from: 0, byteCount: byteCount)
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

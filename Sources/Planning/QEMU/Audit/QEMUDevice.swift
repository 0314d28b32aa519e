/// A device that `-device` can add, and whether it can come between a guest and its firmware.
///
/// What is not in the table is refused, so a device of tomorrow's QEMU needs a look before a VM
/// with custom firmware may have it.
package struct QEMUDevice: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// On a bus whose devices are in guest memory only where the guest's own code puts them.
        case onBus(Bus)
        /// One more processor. It runs what its properties let it see: ``ProcessorProperty``.
        case processor
        case harmless(because: String)
        /// It changes what the guest runs, and that is what it is for: `debug allow`.
        case debugging(because: String)
        case refused(because: String)
    }

    /// The name QEMU knows it by, after aliases.
    package let name: String
    package let verdict: Verdict

    /// - Returns: `nil` for a device that nobody has looked at.
    static func verdict(of name: ByteString) -> AuditVerdict? {
        switch named(name)?.verdict {
        case .onBus(let bus): .harmless(because: bus.reason)
        case .processor: .examined(because: "``ProcessorProperty``")
        case .harmless(let reason): .harmless(because: reason)
        case .debugging(let reason): .debugging(because: reason)
        case .refused(let reason): .refused(because: reason)
        case nil: nil
        }
    }

    /// - Returns: `nil` for a device that nobody has looked at.
    package static func named(_ name: ByteString) -> QEMUDevice? {
        guard let text = name.text else { return nil }
        let resolved = aliases[text] ?? text
        if let verdict = alone[resolved] { return QEMUDevice(name: resolved, verdict: verdict) }
        if let bus = Bus.allCases.first(where: { byBus[$0]?.contains(resolved) ?? false }) {
            return QEMUDevice(name: resolved, verdict: .onBus(bus))
        }
        return isProcessor(name) ? QEMUDevice(name: resolved, verdict: .processor) : nil
    }

    /// QEMU has some 190 processor models and adds more with every version; a model's name says
    /// only which features the processor has (`x86_cpu_type_name` in target/i386/cpu.c).
    package static func isProcessor(_ name: ByteString) -> Bool {
        let suffix: StaticString = "-x86_64-cpu"
        guard name.hasSuffix(suffix) else { return false }
        let model = name.bytes.dropLast(suffix.utf8CodeUnitCount)
        return !model.isEmpty && model.allSatisfy(isPartOfModelName)
    }

    private static func isPartOfModelName(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "-_.".utf8.contains(byte)
    }
}

extension QEMUDevice {
    /// What a device is plugged into, by the name that `-device help` prints.
    package enum Bus: String, CaseIterable, Sendable {
        case ccid = "ccid-bus"
        case floppy = "floppy-bus"
        case hda = "HDA"
        case i2c = "i2c-bus"
        case ide = "IDE"
        case industryPack = "IndustryPack"
        case nvme = "nvme-bus"
        case pci = "PCI"
        case scsi = "SCSI"
        case sd = "sd-bus"
        case ufs = "ufs-bus"
        case usb = "usb-bus"
        case virtio = "virtio-bus"
        case virtioSerial = "virtio-serial-bus"
        case vmbus

        /// Why none of its devices can cover the flash before the firmware runs.
        package var reason: String {
            switch self {
            case .pci:
                // The VGA window at 0xA0000 is the only fixed one. virtio-mem and virtio-pmem are
                // memory devices, see pc-dimm. hw/pci/pci.c clears the command register at reset.
                "a PCI device answers no memory address until the guest's code enables it"
            case .virtio:
                "the half of a virtio device that is not on the PCI bus has no addresses"
            case .vmbus:
                "hv-balloon adds memory only in the window for it above 4 GiB (hv-balloon.c)"
            case .ccid, .floppy, .hda, .i2c, .ide, .industryPack, .nvme, .scsi, .sd, .ufs, .usb,
                .virtioSerial:
                "the guest reaches it through its controller only"
            }
        }
    }
}

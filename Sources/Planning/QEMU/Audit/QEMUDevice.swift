/// A device that `-device` can add, and whether it can come between a guest and its firmware.
///
/// What is not in the table is refused, so somebody has to look at each device of a new QEMU before
/// a VM with custom firmware may have it.
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

extension QEMUDevice {
    /// Every device of a bus none of whose devices is in guest memory before the firmware runs.
    ///
    /// Source: `-device help` of Debian's QEMU 7.2.22, 10.0.13 and 11.1.3 for x86_64 with every
    /// module package installed (388, 436 and 485 names). Names of features that Debian does not
    /// build (rutabaga, nitro's security module, SCMI, emulated U2F) come from 10.0.13's source.
    ///
    /// Proof: each was started where it can be without hardware or a second process, on pc and on
    /// q35, with the image in flash and as `-bios`, stopped before the first instruction; flash,
    /// the first processor's view of it and its copy below 1 MiB held the image, also after
    /// `system_reset`. Why that holds for the others too says ``Bus/reason``.
    static let byBus: [Bus: [String]] = [
        .ccid: ["ccid-card-emulated", "ccid-card-passthru"],
        .floppy: ["floppy"],
        .hda: ["hda-duplex", "hda-micro", "hda-output"],
        .i2c: ["i2c-ddc", "i2c-echo", "smbus-ipmi"],
        .ide: ["ide-cd", "ide-cf", "ide-hd"],
        .industryPack: ["ipoctal232"],
        .nvme: ["nvme-ns"],
        .pci: [
            "AC97", "AMDVI-PCI", "ES1370", "VGA", "acpi-erst", "am53c974", "ati-vga",
            "bochs-display", "cirrus-vga", "ctucan_pci", "cxl-downstream", "cxl-rp",
            "cxl-switch-mailbox-cci", "cxl-type3", "cxl-upstream", "dc390", "e1000",
            "e1000-82544gc", "e1000-82545em", "e1000e", "edu", "i6300esb", "i82550", "i82551",
            "i82557a", "i82557b", "i82557c", "i82558a", "i82558b", "i82559a", "i82559b", "i82559c",
            "i82559er", "i82562", "i82801", "i82801b11-bridge", "ich9-ahci", "ich9-intel-hda",
            "ich9-usb-ehci1", "ich9-usb-ehci2", "ich9-usb-uhci1", "ich9-usb-uhci2",
            "ich9-usb-uhci3", "ich9-usb-uhci4", "ich9-usb-uhci5", "ich9-usb-uhci6", "igb",
            "intel-hda", "ioh3420", "iommu-testdev", "ivshmem-doorbell", "ivshmem-plain",
            "kvaser_pci", "lsi53c810", "lsi53c895a", "megasas", "megasas-gen2", "mioe3680_pci",
            "mptsas1068", "ne2k_pci", "nec-usb-xhci", "nvme", "pci-bridge", "pci-bridge-seat",
            "pci-ipmi-bt", "pci-ipmi-kcs", "pci-ohci", "pci-serial", "pci-serial-2x",
            "pci-serial-4x", "pci-testdev", "pcie-pci-bridge", "pcie-root-port", "pcm3680_pci",
            "pcnet", "piix3-ide", "piix3-usb-uhci", "piix4-ide", "piix4-usb-uhci", "pvpanic-pci",
            "pvrdma", "pvscsi", "pxb", "pxb-cxl", "pxb-pcie", "qemu-xhci", "qxl", "qxl-vga",
            "rocker", "rtl8139", "sdhci-pci", "secondary-vga", "tpci200", "tulip", "ufs",
            "usb-ehci", "vfio-pci", "vfio-pci-igd-lpc-bridge", "vfio-pci-nohotplug",
            "vfio-user-pci", "vhost-scsi-pci", "vhost-scsi-pci-non-transitional",
            "vhost-scsi-pci-transitional", "vhost-user-blk-pci",
            "vhost-user-blk-pci-non-transitional", "vhost-user-blk-pci-transitional",
            "vhost-user-fs-pci", "vhost-user-gpio-pci", "vhost-user-gpu-pci", "vhost-user-i2c-pci",
            "vhost-user-input-pci", "vhost-user-rng-pci", "vhost-user-rtc-pci",
            "vhost-user-scmi-pci", "vhost-user-scsi-pci", "vhost-user-scsi-pci-non-transitional",
            "vhost-user-scsi-pci-transitional", "vhost-user-snd-pci", "vhost-user-spi-pci",
            "vhost-user-test-device-pci", "vhost-user-vga", "vhost-user-vsock-pci",
            "vhost-user-vsock-pci-non-transitional", "vhost-vdpa-device-pci",
            "vhost-vdpa-device-pci-non-transitional", "vhost-vdpa-device-pci-transitional",
            "vhost-vsock-pci", "vhost-vsock-pci-non-transitional", "virtio-9p-pci",
            "virtio-9p-pci-non-transitional", "virtio-9p-pci-transitional", "virtio-balloon-pci",
            "virtio-balloon-pci-non-transitional", "virtio-balloon-pci-transitional",
            "virtio-blk-pci", "virtio-blk-pci-non-transitional", "virtio-blk-pci-transitional",
            "virtio-crypto-pci", "virtio-gpu-gl-pci", "virtio-gpu-pci", "virtio-gpu-rutabaga-pci",
            "virtio-input-host-pci", "virtio-iommu-pci", "virtio-keyboard-pci", "virtio-mem-pci",
            "virtio-mouse-pci", "virtio-multitouch-pci", "virtio-net-pci",
            "virtio-net-pci-non-transitional", "virtio-net-pci-transitional", "virtio-nsm-pci",
            "virtio-pmem-pci", "virtio-rng-pci", "virtio-rng-pci-non-transitional",
            "virtio-rng-pci-transitional", "virtio-rtc-pci", "virtio-scsi-pci",
            "virtio-scsi-pci-non-transitional", "virtio-scsi-pci-transitional", "virtio-serial-pci",
            "virtio-serial-pci-non-transitional", "virtio-serial-pci-transitional",
            "virtio-sound-pci", "virtio-tablet-pci", "virtio-vga", "virtio-vga-gl",
            "virtio-vga-rutabaga", "vmware-svga", "vmxnet3", "x-pci-proxy-dev", "x3130-upstream",
            "xen-platform", "xio3130-downstream",
        ],
        .scsi: ["scsi-block", "scsi-cd", "scsi-generic", "scsi-hd"],
        .sd: ["emmc", "sd-card", "sd-card-spi"],
        .ufs: ["ufs-lu"],
        .usb: [
            "canokey", "u2f-emulated", "u2f-passthru", "usb-audio", "usb-bot", "usb-braille",
            "usb-ccid",
            "usb-host", "usb-hub", "usb-kbd", "usb-mouse", "usb-mtp", "usb-net", "usb-redir",
            "usb-serial", "usb-storage", "usb-tablet", "usb-uas", "usb-wacom-tablet",
        ],
        .virtio: [
            "vhost-scsi", "vhost-user-blk", "vhost-user-fs-device", "vhost-user-gpio-device",
            "vhost-user-gpu", "vhost-user-i2c-device", "vhost-user-input", "vhost-user-rng",
            "vhost-user-rtc", "vhost-user-scmi", "vhost-user-scsi", "vhost-user-snd",
            "vhost-user-spi-device", "vhost-user-test-device", "vhost-user-vsock-device",
            "vhost-vdpa-device", "vhost-vsock-device", "virtio-9p-device", "virtio-balloon-device",
            "virtio-blk-device", "virtio-crypto-device", "virtio-gpu-device",
            "virtio-gpu-gl-device", "virtio-gpu-rutabaga-device", "virtio-input-host-device",
            "virtio-iommu-device", "virtio-keyboard-device", "virtio-mem", "virtio-mouse-device",
            "virtio-multitouch-device", "virtio-net-device", "virtio-nsm-device", "virtio-pmem",
            "virtio-rng-device", "virtio-rtc-device", "virtio-scsi-device", "virtio-serial-device",
            "virtio-sound-device", "virtio-tablet-device",
        ],
        .virtioSerial: ["virtconsole", "virtserialport"],
        .vmbus: ["hv-balloon"],
    ]

    /// Other names of the same devices, as QEMU resolves them on a PC.
    ///
    /// Source: `qdev_alias_table` in system/qdev-monitor.c of 10.0.13; rows for other
    /// architectures and for other transports than PCI left out.
    static let aliases: [String: String] = [
        "ac97": "AC97",
        "ahci": "ich9-ahci",
        "e1000-82540em": "e1000",
        "es1370": "ES1370",
        "lsi": "lsi53c895a",
        "virtio-9p": "virtio-9p-pci",
        "virtio-balloon": "virtio-balloon-pci",
        "virtio-blk": "virtio-blk-pci",
        "virtio-gpu": "virtio-gpu-pci",
        "virtio-gpu-gl": "virtio-gpu-gl-pci",
        "virtio-gpu-rutabaga": "virtio-gpu-rutabaga-pci",
        "virtio-input-host": "virtio-input-host-pci",
        "virtio-iommu": "virtio-iommu-pci",
        "virtio-keyboard": "virtio-keyboard-pci",
        "virtio-mouse": "virtio-mouse-pci",
        "virtio-net": "virtio-net-pci",
        "virtio-rng": "virtio-rng-pci",
        "virtio-scsi": "virtio-scsi-pci",
        "virtio-serial": "virtio-serial-pci",
        "virtio-sound": "virtio-sound-pci",
        "virtio-tablet": "virtio-tablet-pci",
    ]

    /// Devices of the ISA and the system bus and those without a bus, a row each: only what maps
    /// nothing, or what it maps clear of any flash of up to 16 MiB. Without a row there is no
    /// permission.
    ///
    /// Sources: the same listings; each integer property of each set to the largest values that
    /// its type holds and to addresses in the flash. Of all, only isa-vga moved anything, and
    /// pc-testdev under an image of 16 MiB. Addresses are from `info mtree -f`.
    static let alone: [String: Verdict] = [
        "adlib": .harmless(because: "I/O ports only (hw/audio/adlib.c)"),
        "amd-iommu": .harmless(
            because: "its registers are at 0xFED80000, below any flash (amd_iommu.h)"
        ),
        "cs4231a": .harmless(because: "I/O ports only (hw/audio/cs4231a.c)"),
        "guest-loader": .debugging(
            because: "it writes its own kernel into guest memory at every reset"
        ),
        "gus": .harmless(because: "I/O ports only (hw/audio/gus.c)"),
        "hv-syndbg": .harmless(
            because: "a message channel of VMBus, no memory of its own (hw/hyperv/syndbg.c)"
        ),
        "hyperv-testdev": .harmless(
            because: "I/O ports only; raises interrupts for tests (hyperv_testdev.c)"
        ),
        "i8042": .harmless(because: "I/O ports only: keyboard and mouse (hw/input/pckbd.c)"),
        "ib700": .harmless(because: "I/O ports only: a watchdog (hw/watchdog/wdt_ib700.c)"),
        "intel-iommu": .harmless(
            because: "its registers are at 0xFED90000, below any flash (intel_iommu.h)"
        ),
        "ipmi-bmc-extern": .harmless(because: "a chardev that speaks IPMI, no memory of its own"),
        "ipmi-bmc-sim": .harmless(
            because: "answers IPMI, no memory of its own; its files are read, not run"
        ),
        "isa-applesmc": .harmless(because: "I/O ports only (hw/misc/applesmc.c)"),
        "isa-cirrus-vga": .harmless(
            because: "maps only 0xA0000; memory sizes above 16 MiB are refused"
        ),
        "isa-debug-exit": .harmless(because: "an I/O port that ends QEMU; tests use it"),
        "isa-debugcon": .harmless(
            because: "an I/O port that writes to a chardev; OVMF logs through it"
        ),
        "isa-fdc": .harmless(because: "I/O ports only: a floppy controller"),
        "isa-ide": .harmless(because: "I/O ports only: a disk controller"),
        "isa-ipmi-bt": .harmless(because: "I/O ports only (hw/ipmi/isa_ipmi_bt.c)"),
        "isa-ipmi-kcs": .harmless(because: "I/O ports only (hw/ipmi/isa_ipmi_kcs.c)"),
        "isa-parallel": .harmless(because: "I/O ports only: a parallel port"),
        "isa-serial": .harmless(because: "I/O ports only: a serial port"),
        "isa-vga": .refused(
            because: "its memory starts at 0xE0000000 and with vgamem_mb=512 covers the flash"
        ),
        "loader": .debugging(
            because: "it writes a file or a number into memory at every reset, flash included"
        ),
        "mc146818rtc": .harmless(because: "I/O ports only: a clock"),
        "ne2k_isa": .harmless(because: "I/O ports only: a network card"),
        "nvdimm": .harmless(
            because: "memory devices have their own window above 4 GiB (memory-device.c)"
        ),
        "nvme-subsys": .harmless(because: "groups NVMe controllers, no memory of its own"),
        "pc-dimm": .harmless(
            because: "memory devices have their own window above 4 GiB (memory-device.c)"
        ),
        "pc-testdev": .refused(
            because: "its memory at 0xFF000000 covers the beginning of a 16 MiB image"
        ),
        "pvpanic": .harmless(because: "an I/O port by which a guest reports a crash"),
        "ramfb": .harmless(
            because: "a frame buffer in the guest's own memory, which its firmware sets up"
        ),
        "sb16": .harmless(because: "I/O ports only (hw/audio/sb16.c)"),
        "sga": .harmless(
            because: "a BIOS extension in fw_cfg, which UEFI does not run; gone in 8.0"
        ),
        "sp-mem": .harmless(
            because: "memory devices have their own window above 4 GiB (memory-device.c)"
        ),
        "tpm-crb": .harmless(because: "its registers are at 0xFED40000, below any flash"),
        "tpm-tis": .harmless(because: "its registers are at 0xFED40000, below any flash"),
        "uefi-vars-sysbus": .harmless(
            because: "UEFI variables kept by QEMU; QEMU itself refuses it on a PC"
        ),
        "uefi-vars-x64": .harmless(
            because: "UEFI variables kept by QEMU, data and not code; at 0xFEF10000"
        ),
        "vmbus-bridge": .harmless(
            because: "interrupts and message channels of Hyper-V, no memory of its own"
        ),
        "vmclock": .harmless(because: "one page at 0xFEFFB000, below any flash"),
        "vmcoreinfo": .harmless(
            because: "a note for crash dumps, written by the guest through fw_cfg"
        ),
        "vmgenid": .harmless(because: "an identifier that the firmware fetches through fw_cfg"),
        "vmmouse": .harmless(because: "I/O ports only: a pointer"),
    ]
}

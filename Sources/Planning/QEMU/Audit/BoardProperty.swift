extension GlobalProperty {
    /// Properties of what every PC has without a `-device`, by driver, each with its reason.
    ///
    /// The devices are those of QMP `qom-list` of /machine, recursively, on pc and q35 of Debian's
    /// QEMU 7.2.22, 10.0.13 and 11.1.3, with TCG and with KVM. Their properties are those of
    /// `device-list-properties`.
    ///
    /// Proof: each number was set with `-global` to the largest values of its type, to 0xFFC80000
    /// and to 1, each choice to each of its values (3158 starts), with the image in flash and as
    /// `-bios`. QEMU took or refused them; flash and the processor's view of it held the image
    /// every time. Left out in spite of that: what the board overwrites anyway, what places I/O
    /// ports or registers (iobase, MCFG, elcr_addr, …), links to memory (system-mem, pci-mem, …),
    /// and of the flash itself all but `secure`.
    package static let board: [String: [String: String]] = [
        "ICH9-LPC": [
            "acpi-pci-hotplug-with-bridge-support": "what ACPI says of hot-plugging",
            "cpu-hotplug-legacy": "what ACPI says of hot-plugging",
            "disable_s3": "whether the guest may sleep",
            "disable_s4": "whether the guest may sleep",
            "enable_tco": "whether there is a watchdog",
            "memory-hotplug-support": "what ACPI says of hot-plugging",
            "noreboot": "what the watchdog does",
            "s4_val": "how the guest says that it sleeps",
            "x-keep-pci-slot-hpc": "what ACPI says of hot-plugging",
            "x-smi-broadcast": "which processors enter SMM together",
            "x-smi-cpu-hotplug": "what the firmware may ask for",
            "x-smi-cpu-hotunplug": "what the firmware may ask for",
            "x-smi-periodic-timer": "whether SMM has a timer",
            "x-smi-swsmi-timer": "whether SMM has a timer",
        ],
        "PIIX4_PM": [
            "acpi-pci-hotplug-with-bridge-support": "what ACPI says of hot-plugging",
            "acpi-root-pci-hotplug": "what ACPI says of hot-plugging",
            "disable_s3": "whether the guest may sleep",
            "disable_s4": "whether the guest may sleep",
            "memory-hotplug-support": "what ACPI says of hot-plugging",
            "s4_val": "how the guest says that it sleeps",
            "x-not-migrate-acpi-index": "what a migration contains",
        ],
        "apic": [
            "vapic": "whether Windows gets a faster interrupt controller",
            "version": "a number that the guest reads",
        ],
        "cfi.pflash01": [
            "secure": "who may write variables: only SMM; it changes no byte"
        ],
        "fw_cfg": [
            "dma_enabled": "how the firmware fetches data"
        ],
        "fw_cfg_io": [
            "acpi-mr-restore": "how tables are restored after a migration",
            "dma_enabled": "how the firmware fetches data",
            "x-file-slots": "how many files fw_cfg has room for",
        ],
        "hpet": [
            "hpet-intcap": "which interrupts the timer may use",
            "msi": "which interrupts the timer may use",
            "timers": "how many timers there are",
        ],
        "i440FX-pcihost": [
            "bypass-iommu": "which PCI devices an IOMMU serves",
            "pci-hole64-size": "room for PCI devices, above 4 GiB",
            "x-config-reg-migration-enabled": "what a migration contains",
            "x-pci-hole64-fix": "room for PCI devices, above 4 GiB",
        ],
        "isa-pcspk": [
            "audiodev": "where the speaker is heard",
            "migrate": "what a migration contains",
        ],
        "kvm-apic": [
            "vapic": "whether Windows gets a faster interrupt controller",
            "version": "a number that the guest reads",
        ],
        "kvm-pit": [
            "lost_tick_policy": "what happens to ticks that came too late"
        ],
        "mch": [
            "extended-tseg-mbytes": "how much RAM SMM may have; 4095 moved nothing",
            "smbase-smram": "whether SMM's entry is in memory of its own",
        ],
        "q35-pcihost": [
            "bypass-iommu": "which PCI devices an IOMMU serves",
            "pci-hole64-size": "room for PCI devices, above 4 GiB",
            "smm-ranges": "whether SMM has memory of its own",
            "x-config-reg-migration-enabled": "what a migration contains",
            "x-pci-hole64-fix": "room for PCI devices, above 4 GiB",
        ],
        "vmport": [
            "vmware-vmx-type": "a number that the guest reads",
            "vmware-vmx-version": "a number that the guest reads",
            "x-cmds-v2": "which commands of VMware there are",
            "x-read-set-eax": "what commands of VMware answer",
            "x-report-vmx-type": "what commands of VMware answer",
            "x-signal-unsupported-cmd": "what commands of VMware answer",
        ],
    ]

    /// Base types of devices that are all on PCI; what they have, ``QEMUDevice/byBus`` lets pass.
    private static let families: Set<String> = ["virtio-device", "virtio-pci"]

    /// Base types of all processors, and of nothing else.
    private static let processors: Set<String> = ["cpu", "x86_64-cpu"]

    private var processorVerdict: AuditVerdict? {
        ProcessorProperty.isHarmless(property)
            ? .harmless(because: "what a processor can do, not what it runs") : nil
    }

    /// Whether it may be set for a VM with custom firmware; `nil` if nobody knows.
    ///
    /// QEMU applies a `-global` to everything that inherits from its driver, so `cpu.memory`,
    /// `sys-bus-device.…` and `device.…` reach the flash and the processors. Base types are
    /// therefore not names here, except in ``families`` and ``processors``.
    package var verdict: AuditVerdict? {
        guard let name = driver.text, let property = property.text else { return nil }
        if let properties = Self.board[name] {
            return properties[property].map { .harmless(because: $0) }
        }
        if name == "migration" {
            // Source: the `migration_properties` of migration/options.c.
            return .harmless(because: "how state is moved; -incoming is what brings it")
        }
        if Self.processors.contains(name) { return processorVerdict }
        if Self.families.contains(name) {
            return .harmless(because: QEMUDevice.Bus.pci.reason)
        }
        switch QEMUDevice.named(driver)?.verdict {
        case .onBus(let bus): return .harmless(because: bus.reason)
        case .processor: return processorVerdict
        case .harmless(let reason): return .harmless(because: reason)
        case .debugging(let reason): return .debugging(because: reason)
        case .refused(let reason): return .refused(because: reason)
        case nil: return nil
        }
    }
}

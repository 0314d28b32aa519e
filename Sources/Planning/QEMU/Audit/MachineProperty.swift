/// What `-machine` sets, and whether it can come between a guest and its firmware.
package enum MachineProperty {
    /// Every property of pc and q35, sorted by its bytes, with `-` for `_` and `N` for the number
    /// in a list (`sgx-epc.0.node`). Without a row there is no permission.
    ///
    /// Sources: `-machine pc,help` and `q35,help` of Debian's QEMU 7.2.22, 10.0.13 and 11.1.3,
    /// QMP `qom-list-properties` of each of their pc-i440fx-* and pc-q35-* types, which also has
    /// what help leaves out, and `qom-list /machine` of running ones.
    ///
    /// Proof: every value of a choice, the largest and smallest numbers that QEMU takes, with the
    /// image in flash and as `-bios`, stopped before the first instruction and again after
    /// `system_reset`. Flash and the processor's view of it held the image every time.
    package static let table: [String: AuditVerdict] = [
        "accel": .examined(because: "``accelerators`` says which"),
        "acpi": .harmless(because: "whether there are ACPI tables"),
        "append": .harmless(because: "the kernel's command line, in fw_cfg"),
        "aux-ram-share": .refused(because: "other processes can open the firmware's memory then"),
        "boot.menu": .harmless(because: "a hint to the firmware, in fw_cfg"),
        "boot.once": .harmless(because: "a hint to the firmware, in fw_cfg"),
        "boot.order": .harmless(because: "a hint to the firmware, in fw_cfg"),
        "boot.reboot-timeout": .harmless(because: "a hint to the firmware, in fw_cfg"),
        "boot.splash": .harmless(because: "a picture for the firmware, in fw_cfg"),
        "boot.splash-time": .harmless(because: "a hint to the firmware, in fw_cfg"),
        "boot.strict": .harmless(because: "a hint to the firmware, in fw_cfg"),
        "bus-lock-ratelimit": .harmless(because: "slows down what locks the bus"),
        "confidential-guest-support": .examined(because: "it decides the guest kind"),
        "cxl": .harmless(because: "CXL host bridges, above 4 GiB"),
        "cxl-fmw.N.interleave-granularity": .harmless(because: "a CXL window, above 4 GiB"),
        "cxl-fmw.N.size": .harmless(because: "a CXL window, above 4 GiB"),
        "cxl-fmw.N.targets.N": .harmless(because: "a CXL window, above 4 GiB"),
        "default-bus-bypass-iommu": .harmless(because: "which PCI devices an IOMMU serves"),
        "dt-compatible": .harmless(because: "a word in a device tree that a PC does not have"),
        "dtb": .harmless(because: "a device tree for the kernel of -kernel, in fw_cfg"),
        "dump-guest-core": .harmless(because: "whether a core dump has guest memory"),
        "dumpdtb": .harmless(because: "writes a device tree, which a PC does not have"),
        "fd-bootchk": .harmless(because: "a hint to a BIOS, in CMOS"),
        "firmware": .examined(because: "another name of -bios"),
        "graphics": .harmless(because: "whether there is a default display"),
        "hmat": .harmless(because: "an ACPI table about memory speeds"),
        "hpet": .harmless(because: "a timer at 0xFED00000, below any flash"),
        "i8042": .harmless(because: "keyboard and mouse, I/O ports only"),
        "igd-passthru": .harmless(because: "means something to Xen only"),
        "igvm-cfg": .examined(because: "the guest's first code comes from its IGVM file"),
        "initrd": .harmless(because: "goes to the guest through fw_cfg"),
        "kernel": .examined(because: "an ELF kernel is loaded where it says, flash included"),
        "kernel-irqchip": .harmless(because: "who emulates interrupt controllers"),
        "kvm-shadow-mem": .harmless(because: "memory of KVM for page tables"),
        "max-fw-size": .harmless(because: "how large flash may be; QEMU stops at 16 MiB"),
        "max-ram-below-4g": .harmless(because: "RAM ends below 0xFEC00000 or QEMU aborts"),
        "mem-merge": .harmless(because: "whether the host may share equal pages"),
        "memory-backend": .harmless(because: "the guest's RAM, around flash and not over it"),
        "memory-encryption": .examined(because: "it decides the guest kind"),
        "memory.max-size": .harmless(because: "room for memory devices, above 4 GiB"),
        "memory.size": .harmless(because: "the guest's RAM, around flash and not over it"),
        "memory.slots": .harmless(because: "room for memory devices, above 4 GiB"),
        "nvdimm": .harmless(because: "whether there may be NVDIMMs, above 4 GiB"),
        "nvdimm-persistence": .harmless(because: "a word in an ACPI table"),
        "pcspk-audiodev": .harmless(because: "where the speaker is heard"),
        "pflash0": .examined(because: "the flash of the code image"),
        "pflash1": .examined(because: "the flash of the variable store"),
        "phandle-start": .harmless(because: "a number in a device tree that a PC does not have"),
        "pic": .harmless(because: "an interrupt controller, I/O ports only"),
        "pit": .harmless(because: "a timer, I/O ports only"),
        "sata": .harmless(because: "whether q35 has its AHCI controller, a PCI device"),
        "sgx-epc.N.memdev": .harmless(because: "SGX memory, above 4 GiB"),
        "sgx-epc.N.node": .harmless(because: "SGX memory, above 4 GiB"),
        "shim": .harmless(because: "goes to the guest through fw_cfg"),
        "smbios-entry-point-type": .harmless(because: "the form of a table in fw_cfg"),
        "smbus": .harmless(because: "whether there is an SMBus controller, a PCI device"),
        "smm": .harmless(because: "whether there is system management mode; no other code"),
        "smp-cache.N.cache": .harmless(because: "what CPUID says of caches"),
        "smp-cache.N.topology": .harmless(because: "what CPUID says of caches"),
        "smp.books": .harmless(because: "how many processors there are"),
        "smp.clusters": .harmless(because: "how many processors there are"),
        "smp.cores": .harmless(because: "how many processors there are"),
        "smp.cpus": .harmless(because: "how many processors there are"),
        "smp.dies": .harmless(because: "how many processors there are"),
        "smp.drawers": .harmless(because: "how many processors there are"),
        "smp.maxcpus": .harmless(because: "how many processors there are"),
        "smp.modules": .harmless(because: "how many processors there are"),
        "smp.sockets": .harmless(because: "how many processors there are"),
        "smp.threads": .harmless(because: "how many processors there are"),
        "spcr": .harmless(because: "an ACPI table about the serial port"),
        "suppress-vmdesc": .harmless(because: "what a migration says of itself"),
        "type": .examined(because: "only PC machines have this flash"),
        "usb": .harmless(because: "whether there is a USB controller, a PCI device"),
        "vmport": .harmless(because: "an I/O port of VMware"),
        "wdat": .harmless(because: "an ACPI table about the watchdog"),
        "x-change-vmfd-on-reset": .harmless(because: "re-reads -bios, which is the sealed image"),
        "x-oem-id": .harmless(because: "a word in ACPI tables"),
        "x-oem-table-id": .harmless(because: "a word in ACPI tables"),
        "x-south-bridge": .harmless(because: "PIIX3 or PIIX4: both have I/O ports only"),
    ]

    /// What runs the guest, in `-accel NAME`, `accel=` and lists such as `kvm:tcg`.
    package static let accelerators: [String: AuditVerdict] = [
        "hax": .harmless(because: "QEMU for Linux lacks it, and uses the next of the list"),
        "haxm": .harmless(because: "QEMU for Linux lacks it, and uses the next of the list"),
        "hvf": .harmless(because: "QEMU for Linux lacks it, and uses the next of the list"),
        "kvm": .harmless(because: "runs what flash holds"),
        "mshv": .refused(because: "not tested whether it runs what flash holds"),
        "nitro": .refused(because: "an enclave runs its own image and no firmware"),
        "nvmm": .harmless(because: "QEMU for Linux lacks it, and uses the next of the list"),
        "qtest": .debugging(because: "a test protocol writes guest memory"),
        "tcg": .harmless(because: "runs what flash holds"),
        "whpx": .harmless(because: "QEMU for Linux lacks it, and uses the next of the list"),
        "xen": .refused(because: "Xen's tools load the firmware, QEMU does not"),
    ]

    /// What `-accel NAME,…` sets. Source: QMP `qom-list-properties` of kvm-accel and tcg-accel, of
    /// the same three binaries.
    package static let acceleratorProperties: [String: AuditVerdict] = [
        "device": .refused(because: "a file other than /dev/kvm would decide what runs"),
        "dirty-ring-size": .harmless(because: "how KVM tells which pages changed"),
        "honor-guest-pat": .harmless(because: "how the guest's memory is cached"),
        "kernel-irqchip": .harmless(because: "who emulates interrupt controllers"),
        "kvm-shadow-mem": .harmless(because: "memory of KVM for page tables"),
        "notify-vmexit": .harmless(because: "stops a guest that blocks its processor"),
        "notify-window": .harmless(because: "stops a guest that blocks its processor"),
        "one-insn-per-tb": .harmless(because: "how TCG translates, not what"),
        "rapl": .harmless(because: "what the guest reads of its power use"),
        "rapl-helper-socket": .harmless(because: "where the numbers of rapl come from"),
        "split-wx": .harmless(because: "how TCG keeps its translations"),
        "tb-size": .harmless(because: "how TCG keeps its translations"),
        "thread": .harmless(because: "how many threads TCG has"),
        "xen-evtchn-max-pirq": .refused(because: "KVM's interface for Xen is not tested"),
        "xen-gnttab-max-frames": .refused(because: "KVM's interface for Xen is not tested"),
        "xen-version": .refused(because: "KVM's interface for Xen is not tested"),
    ]

    static func verdict(of name: ByteString) -> AuditVerdict? {
        let parts = name.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let general = parts.map {
            $0.allSatisfy(isDigit) && !$0.isEmpty ? Array("N".utf8)[...] : $0
        }
        let text = ByteString(Array(general.joined(separator: [UInt8(ascii: ".")]))).text
        return text.flatMap { table[$0] }
    }

    static func verdict(ofAccelerator name: ByteString) -> AuditVerdict? {
        name.text.flatMap { accelerators[$0] }
    }

    static func verdict(ofAcceleratorProperty name: ByteString) -> AuditVerdict? {
        MachineOptions.dashed(name).text.flatMap { acceleratorProperties[$0] }
    }
}

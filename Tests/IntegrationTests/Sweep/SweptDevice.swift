import Planning

/// A device that `-device` takes, with what it needs to start.
struct SweptDevice: Sendable {
    let name: String
    let bus: String?

    /// Lines like `name "e1000", bus PCI, alias "e1000-82540em", desc "…"` of `-device help`.
    static func all(inHelp help: String) -> [SweptDevice] {
        help.split(separator: "\n").compactMap { line in
            guard let name = line.firstMatch(of: /^name "([^"]+)"/)?.1 else { return nil }
            let bus = line.firstMatch(of: /, bus ([^,]+)/)?.1
            return SweptDevice(name: String(name), bus: bus.map(String.init))
        }
    }

    /// Hundreds of models that differ in flags of the instruction set only.
    var isProcessor: Bool { name.hasSuffix("-x86_64-cpu") }

    /// A bus of the kind that this device is on.
    var controller: [ByteString] {
        switch bus {
        case "usb-bus": ["-device", "qemu-xhci"]
        case "SCSI": ["-device", "virtio-scsi-pci"]
        case "virtio-serial-bus": ["-device", "virtio-serial-pci"]
        case "HDA": ["-device", "intel-hda"]
        case "ccid-bus": ["-device", "qemu-xhci", "-device", "usb-ccid"]
        case "sd-bus": ["-device", "sdhci-pci"]
        case "nvme-bus": ["-device", "nvme,serial=a"]
        case "floppy-bus": ["-device", "isa-fdc"]
        case "IndustryPack": ["-device", "tpci200"]
        case "IDE": ["-device", "ich9-ahci"]
        default: name == "nvdimm" ? ["-machine", "nvdimm=on"] : []
        }
    }

    /// What a property of that name leads to, and what the property is then.
    private static let backends: [String: ([ByteString], String)] = [
        "drive": (["-drive", "if=none,id=b0,format=raw,file=$disk"], "b0"),
        "chardev": (["-chardev", "null,id=b1"], "b1"),
        "netdev": (["-netdev", "user,id=b2"], "b2"),
        "audiodev": (["-audiodev", "none,id=b3"], "b3"),
        "memdev": (
            [
                "-m", "64,slots=4,maxmem=8G", "-object",
                "memory-backend-ram,id=b4,size=64M,share=on",
            ], "b4"
        ),
        "cryptodev": (["-object", "cryptodev-backend-builtin,id=b5"], "b5"),
        "canbus0": (["-object", "can-bus,id=b6"], "b6"),
        "canbus": (["-object", "can-bus,id=b6"], "b6"),
        "bmc": (["-device", "ipmi-bmc-sim,id=b7"], "b7"),
        "fsdev": (
            ["-fsdev", "local,id=b8,path=/tmp,security_model=none"], "b8,mount_tag=t"
        ),
        "iothread": (["-object", "iothread,id=b9"], "b9"),
        "rng": (["-object", "rng-builtin,id=b10"], "b10"),
    ]

    /// Values without which some devices do not start.
    private static let required: [String: String] = [
        "isa-debug-exit": "iobase=0x510", "nvme": "serial=a", "pci-bridge": "chassis_nr=1",
        "pci-bridge-seat": "chassis_nr=1", "pxb": "bus_nr=64",
    ]

    /// What stands before the option, and the option's value.
    func setUp(_ properties: [SweptProperty]) -> (needs: [ByteString], text: String) {
        var needs = controller
        var text = Self.required[name].map { "\(name),\($0)" } ?? name
        for property in properties {
            if let (words, value) = Self.backends[property.name] {
                needs += words
                text += ",\(property.name)=\(value)"
            }
        }
        return (needs, text)
    }
}

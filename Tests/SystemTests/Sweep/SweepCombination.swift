import Planning
import TestSupport

/// One thing that a command line may say of a device or a machine, and how it may be said.
struct SweepCombination: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case device = "devices"
        case property = "devices' properties"
        case global = "-global"
        case machine = "-machine"
    }

    let kind: Kind
    let machine: Attack.MachineKind
    /// What it needs besides: a bus, a backend.
    let needs: [ByteString]
    /// The option.
    let option: ByteString
    /// The option's value up to a property's own value.
    let text: String
    /// Where there is one.
    let value: Value?
    /// What is tried one by one where QEMU does not take it all at once.
    var parts: [SweepCombination] = []

    /// What a property is set to.
    enum Value: Sendable {
        case fixed(String)
        /// The largest that QEMU accepts, of so many bits.
        case largest(bits: Int)
    }

    /// The device that it is about, on its machine.
    var subject: String { "\(machine) \(text.prefix { $0 != "," })" }

    /// - Parameter number: the property's value, where that is looked for.
    func words(_ number: UInt64? = nil) -> [ByteString] {
        var word = text
        switch value {
        case nil: break
        case .fixed(let text): word += text
        case .largest: word += number.map { "\($0)" } ?? ""
        }
        return needs + ["-machine", ByteString(machine.rawValue), option, ByteString(word)]
    }
}

/// A property of a device or machine, as QEMU lists it.
struct SweptProperty: Decodable, Sendable {
    let name: String
    let type: String
    /// Of a switch; `nil` where QEMU does not say.
    let isOn: Bool?

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decode(String.self, forKey: .name)
        type = try members.decode(String.self, forKey: .type)
        isOn =
            type == "bool" ? try members.decodeIfPresent(Bool.self, forKey: .defaultValue) : nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, type
        case defaultValue = "default-value"
    }

    /// What a switch is not anyway.
    var switched: String? { type == "bool" ? (isOn == true ? "off" : "on") : nil }

    /// An address within the flash: what lies there lies over the image.
    static let address = "4292870144"

    /// What is worth trying, for lack of a name that says what it does.
    var values: [SweepCombination.Value] {
        switch type {
        case "uint8": [.largest(bits: 8)]
        case "uint16": [.largest(bits: 16)]
        case "int16": [.largest(bits: 15)]
        case "uint32": [.largest(bits: 32), .fixed(Self.address)]
        case "int32": [.largest(bits: 31)]
        case "uint64", "size": [.largest(bits: 64), .fixed(Self.address)]
        case "int64": [.largest(bits: 63), .fixed(Self.address)]
        case "int": [.largest(bits: 64), .fixed(Self.address)]
        case "bool": [.fixed(isOn == true ? "off" : "on")]
        case "OnOffAuto": [.fixed("on"), .fixed("off")]
        default: []
        }
    }
}

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

extension SweptQEMU {
    /// All that is tried.
    var combinations: [SweepCombination] {
        Attack.MachineKind.allCases.flatMap { machine in
            devices.flatMap { alone($0, machine) + itsProperties($0, machine) }
                + globals(machine) + machineSettings(machine)
        }
    }

    private func alone(
        _ device: SweptDevice,
        _ machine: Attack.MachineKind,
    ) -> [SweepCombination] {
        let (needs, text) = device.setUp(properties[device.name] ?? [])
        return [
            SweepCombination(
                kind: .device,
                machine: machine,
                needs: needs,
                option: "-device",
                text: text,
                value: nil
            )
        ]
    }

    /// Each number by itself, and all switches together, of which there are many on every card. One
    /// model stands for all processors.
    private func itsProperties(
        _ device: SweptDevice,
        _ machine: Attack.MachineKind,
    ) -> [SweepCombination] {
        guard !device.isProcessor || device.name.hasPrefix("max-"),
            let properties = properties[device.name]
        else { return [] }
        let (needs, text) = device.setUp(properties)
        func setting(_ text: String, _ value: SweepCombination.Value?) -> SweepCombination {
            SweepCombination(
                kind: .property,
                machine: machine,
                needs: needs,
                option: "-device",
                text: text,
                value: value
            )
        }
        let numbers = properties.filter { $0.type != "bool" }.flatMap { property in
            property.values.map { setting("\(text),\(property.name)=", $0) }
        }
        let switches = properties.compactMap { property in
            property.switched.map { "\(property.name)=\($0)" }
        }
        guard !device.isProcessor, !switches.isEmpty else { return numbers }
        var together = setting("\(text),\(switches.joined(separator: ","))", nil)
        together.parts = switches.map { setting("\(text),\($0)", nil) }
        return numbers + [together]
    }

    /// Of the devices that the board has, one at a time. Of others they do nothing, or what the
    /// device's own property does: of each type, all numbers together.
    private func globals(_ machine: Attack.MachineKind) -> [SweepCombination] {
        properties.keys.sorted().flatMap { type -> [SweepCombination] in
            let properties = properties[type] ?? []
            guard boardTypes[machine]?.contains(type) == true else {
                return unused(type, properties, machine)
            }
            return properties.flatMap { property in
                property.values.map { value in
                    SweepCombination(
                        kind: .global,
                        machine: machine,
                        needs: [],
                        option: "-global",
                        text: "driver=\(type),property=\(property.name),value=",
                        value: value
                    )
                }
            }
        }
    }

    private func unused(
        _ type: String,
        _ properties: [SweptProperty],
        _ machine: Attack.MachineKind,
    ) -> [SweepCombination] {
        let words = properties.filter { $0.values.contains { $0.isNumber } }.flatMap { property in
            ["-global", "driver=\(type),property=\(property.name),value=255"]
        }
        guard let last = words.last, words.count < 400 else { return [] }
        return [
            SweepCombination(
                kind: .global,
                machine: machine,
                needs: words.dropLast(2).map { ByteString($0) },
                option: "-global",
                text: last,
                value: nil
            )
        ]
    }

    private func machineSettings(_ machine: Attack.MachineKind) -> [SweepCombination] {
        (machineProperties[machine] ?? []).flatMap { property in
            let others: [SweepCombination.Value] =
                property.type == "string" || property.type == "str"
                ? [.fixed("$other"), .fixed("none")] : []
            return (property.values + others).map { value in
                SweepCombination(
                    kind: .machine,
                    machine: machine,
                    needs: [],
                    option: "-machine",
                    text: "\(property.name)=",
                    value: value
                )
            }
        }
    }
}

extension SweepCombination.Value {
    fileprivate var isNumber: Bool {
        if case .largest = self { true } else { false }
    }
}

/// What all `-machine` and `-M` options say together: QEMU merges them into one dictionary, and
/// the last value of a key wins (`machine_opts_dict` in system/vl.c).
package struct MachineOptions: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        /// With `-` for every `_`: QEMU takes either (`keyval_dashify` in system/vl.c).
        package let key: ByteString
        package let value: ByteString
        package let stated: StatedOption
        /// As a message quotes it.
        package let quote: String
    }

    package let settings: [Setting]

    package init(_ commandLine: QEMUCommandLine) {
        settings = commandLine.all("machine").flatMap { option in
            option.properties.map {
                Setting(
                    key: Self.dashed($0.key),
                    value: $0.value,
                    stated: option,
                    quote: commandLine.quote(option, at: $0.key),
                )
            }
        }
    }

    /// A machine property as QEMU looks it up.
    package static func dashed(_ key: ByteString) -> ByteString {
        ByteString(key.bytes.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 })
    }

    package static func list(of option: ArgumentVector.Option) -> KeyValueList {
        KeyValueList(option.value ?? "", impliedKey: "type")
    }

    package func last(_ key: ByteString) -> Setting? {
        settings.last { $0.key == key }
    }

    package subscript(key: ByteString) -> ByteString? { last(key)?.value }
}

/// A machine type of QEMU, by its name.
package struct MachineType: Hashable, Sendable {
    package let name: ByteString

    package init(_ name: ByteString) {
        self.name = name
    }

    /// Whether it is one of the PC machines that have flash banks and take `-bios`: i440FX and
    /// Q35, their versions, and what distributions call theirs. Others (microvm, isapc, xenpv, …)
    /// load firmware in another way or not at all, and an unknown machine counts as other.
    package var hasFlash: Bool {
        ["pc", "q35", "ubuntu", "ubuntu-q35"].contains(name) || name.hasPrefix("pc-i440fx-")
            || name.hasPrefix("pc-q35-") || name.hasPrefix("pc+pve") || name.hasPrefix("q35+pve")
    }

    /// Whether it has the chip set of Q35.
    package var isQ35: Bool {
        name.hasPrefix("q35") || name.hasPrefix("pc-q35") || name == "ubuntu-q35"
    }

    /// `pc-q35-rhel9.4.0`
    package var isOfRedHat: Bool {
        name.hasPrefix("pc-q35-rhel") || name.hasPrefix("pc-i440fx-rhel")
    }

    /// The firmware that QEMU starts if no other is named: `bios-256k.bin` since QEMU 2.0
    /// (`pc_i440fx_2_0_machine_options` in hw/i386/pc_piix.c; QEMU 7.2 still has older machines).
    package var biosName: ByteString {
        guard let version, version.major < 2 else { return "bios-256k.bin" }
        return "bios.bin"
    }

    /// Whether the value of `-bios` is a PC BIOS: one of QEMU's own names (`pc-bios/` of QEMU: SeaBIOS,
    /// and qboot for microvm), bare or in a directory where packages of QEMU and SeaBIOS keep it.
    static func isLegacyBIOS(_ value: ByteString) -> Bool {
        let name = value.lastPathComponent
        guard ["bios.bin", "bios-256k.bin", "bios-microvm.bin", "qboot.rom"].contains(name) else {
            return false
        }
        return name == value
            || ["/usr/share/seabios/", "/usr/share/qemu/", "/usr/share/kvm/"].contains {
                value.bytes.elementsEqual($0.utf8 + name.bytes)
            }
    }

    /// Whether it is known to have no system management memory. edk2 `OvmfPkg/README`: builds that
    /// require SMM need the chip set of q35.
    package var lacksSMRAM: Bool {
        let name = withoutRevision
        guard !name.hasPrefix("pc-q35") else { return false }
        return ["pc", "ubuntu", "isapc", "microvm"].contains(name)
            || ["pc-", "isapc-", "microvm-"].contains { name.hasPrefix($0) }
    }

    /// Proxmox adds its own: `pc+pve0`.
    private var withoutRevision: ByteString {
        ByteString(name.bytes.prefix { $0 != UInt8(ascii: "+") })
    }

    /// The version of QEMU that it stands for: `pc-q35-9.2+pve1` for 9.2. `nil` for a name without one.
    package var version: (major: Int, minor: Int)? {
        guard let text = withoutRevision.bytes.split(separator: UInt8(ascii: "-")).last else {
            return nil
        }
        let numbers = text.split(separator: UInt8(ascii: ".")).map {
            Int(String(decoding: $0, as: UTF8.self))
        }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        return (major, minor)
    }
}

/// What `-smp` says, and `-machine smp.KEY=` with it: QEMU merges all of them, and the last value
/// of a key wins.
package enum ProcessorTopology {
    private static let levels: [ByteString] = [
        "drawers", "books", "sockets", "dies", "clusters", "modules", "cores", "threads",
    ]

    /// How many CPUs there are at the start: `cpus`, or else the product of the rest
    /// (`machine_parse_smp_config` in QEMU's hw/core/machine-smp.c). `nil` for what QEMU refuses.
    package static func processorCount(in commandLine: QEMUCommandLine) -> Int? {
        var values: [ByteString: ByteString] = [:]
        for option in commandLine.options {
            switch option.name {
            case "smp":
                for item in option.properties { values[item.key] = item.value }
            case "machine":
                for item in option.properties where item.key.hasPrefix("smp.") {
                    values[ByteString(item.key.bytes.dropFirst(4))] = item.value
                }
            default: break
            }
        }
        var numbers: [ByteString: Int] = [:]
        for (key, text) in values {
            guard let number = QEMUValue.number(text).flatMap({ Int(exactly: $0) }) else {
                return nil
            }
            numbers[key] = number
        }
        return count(numbers)
    }

    private static func count(_ numbers: [ByteString: Int]) -> Int? {
        for key in ["cpus", "maxcpus"] as [ByteString] {
            if let number = numbers[key] { return number > 0 ? number : nil }
        }
        var product = 1
        for level in levels {
            let (next, overflow) = product.multipliedReportingOverflow(by: numbers[level] ?? 1)
            guard !overflow, next > 0 else { return nil }
            product = next
        }
        return product
    }
}

/// One option of QEMU's command line: its name, and whether the next word is its value.
package struct QEMUOption: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case upstream
        /// Only in Proxmox VE's build of QEMU.
        case proxmox
        /// Ours: taken out of the command line before QEMU sees it.
        case launcher
    }

    package let name: String
    package let takesValue: Bool
    package let origin: Origin
    /// The first version that has the option; `nil` if 7.2 has it already.
    package let since: String?
    /// The first version that no longer has it; `nil` if the newest one still does.
    package let removed: String?
    /// Of the name, for searching.
    private let prefix: UInt64

    package init(
        _ name: String,
        takesValue: Bool = true,
        origin: Origin = .upstream,
        since: String? = nil,
        removed: String? = nil,
    ) {
        self.name = name
        prefix = Self.prefix(name.utf8)
        self.takesValue = takesValue
        self.origin = origin
        self.since = since
        self.removed = removed
    }

    /// The launcher's own options. Stock QEMU refuses them as unknown, so a host without the
    /// launcher does not start such a VM with other firmware.
    package static let launcherOptions: [QEMUOption] = [
        .init("efi-firmware", origin: .launcher),
        .init("efidisk0", origin: .launcher),
        .init("launcher-config", origin: .launcher),
    ]

    /// QEMU's options of all versions, and ours.
    package static var all: [QEMUOption] { table + launcherOptions }
}

// MARK: - Searching

extension QEMUOption {
    /// The option of exactly this name, without its dashes: QEMU knows no abbreviations.
    package static func named(_ name: some Collection<UInt8>) -> QEMUOption? {
        number(of: name).map(option)
    }

    /// The place of an option among all, QEMU's and then ours. It identifies the option, because a
    /// command line may have thousands.
    static func number(of name: some Collection<UInt8>) -> Int? {
        let wanted = prefix(name)
        var low = table.startIndex
        var high = table.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if table[middle].prefix < wanted { low = middle + 1 } else { high = middle }
        }
        while low < table.endIndex, table[low].prefix == wanted {
            if table[low].isNamed(name) { return low }
            low += 1
        }
        return launcherOptions.firstIndex { $0.prefix == wanted && $0.isNamed(name) }
            .map { table.count + $0 }
    }

    /// - Parameter name: begins as this option's name does.
    private func isNamed(_ name: some Collection<UInt8>) -> Bool {
        let count = self.name.utf8.count
        return count == name.count && (count <= 8 || self.name.utf8.elementsEqual(name))
    }

    static func option(_ number: Int) -> QEMUOption {
        number < table.count ? table[number] : launcherOptions[number - table.count]
    }

    /// The first eight bytes as a number: such numbers are in the order of the names' bytes.
    private static func prefix(_ name: some Collection<UInt8>) -> UInt64 {
        let prefix: UInt64? = name.withContiguousStorageIfAvailable { bytes in
            var prefix: UInt64 = 0
            for index in 0..<min(bytes.count, 8) {
                unsafe prefix |= UInt64(bytes[index]) << UInt64(56 - 8 * index)
            }
            return prefix
        }
        return prefix ?? Self.prefix(Array(name))
    }
}

/// How QEMU reads the value of an option.
///
/// Sources: the `QemuOptsList`s of QEMU 7.2 to 11.0 with their `implied_opt_name`, and the calls
/// of `keyval_parse` and `qobject_input_visitor_new_str` in system/vl.c (softmmu/vl.c in 7.2).
enum OptionSyntax: Equatable {
    /// The whole word, with any content.
    case text
    /// The name of a disk image, whose commas are not special.
    case file
    /// `key=value,…`; a first word without `=` is the value of the implied key.
    case list(impliedKey: ByteString?)
    /// The same, or JSON if the first byte is a brace.
    case listOrJSON(impliedKey: ByteString?)
    /// `model,+feature,name=value`: commas are never doubled, and `no` in front means nothing
    /// (`x86_cpu_parse_featurestr` in target/i386/cpu.c).
    case processor
    /// `driver.property=value`, or a list that says the same.
    case global

    init(of name: String) {
        self =
            switch name {
            case "audiodev", "audio", "blockdev", "device": .listOrJSON(impliedKey: "driver")
            case "netdev", "display": .listOrJSON(impliedKey: "type")
            case "object": .listOrJSON(impliedKey: "qom-type")
            case "compat": .listOrJSON(impliedKey: nil)
            case "incoming": .listOrJSON(impliedKey: "channel-type")
            case "accel": .list(impliedKey: "accel")
            case "acpitable": .list(impliedKey: "data")
            case "boot": .list(impliedKey: "order")
            case "chardev": .list(impliedKey: "backend")
            case "cpu": .processor
            case "fsdev", "virtfs": .list(impliedKey: "fsdriver")
            case "fw_cfg", "name": .list(impliedKey: name == "name" ? "guest" : "name")
            case "icount": .list(impliedKey: "shift")
            case "m": .list(impliedKey: "size")
            case "machine": .list(impliedKey: "type")
            case "mon": .list(impliedKey: "chardev")
            case "net", "nic", "numa", "tpmdev": .list(impliedKey: "type")
            case "option-rom": .list(impliedKey: "romfile")
            case "plugin": .list(impliedKey: "file")
            case "sandbox", "semihosting-config", "trace": .list(impliedKey: "enable")
            case "smp": .list(impliedKey: "cpus")
            case "vnc": .list(impliedKey: "vnc")
            case "action", "add-fd", "drive", "iscsi", "msg", "overcommit", "rtc", "run-with",
                "smbios", "spice":
                .list(impliedKey: nil)
            case "cdrom", "fda", "fdb", "hda", "hdb", "hdc", "hdd", "mtdblock", "pflash", "sd":
                .file
            case "global": .global
            default: .text
            }
    }

    /// Whether the option's values may name files in a form that QEMU's block layer accepts as a
    /// name.
    static func namesFiles(_ option: String) -> Bool {
        option == "drive" || option == "blockdev" || OptionSyntax(of: option) == .file
    }

    /// The option that says what a group of a file of settings says.
    static func option(ofGroup group: ByteString) -> String {
        switch group {
        case "acpi": "acpitable"
        case "boot-opts": "boot"
        case "memory": "m"
        case "smp-opts": "smp"
        default: group.escaped
        }
    }
}

/// How QEMU reads the value of an option.
///
/// Sources: the `QemuOptsList`s of QEMU 7.2 to 11.0 with their `implied_opt_name`, and the calls
/// of `keyval_parse` and `qobject_input_visitor_new_str` in system/vl.c (softmmu/vl.c in 7.2).
enum OptionSyntax: Equatable {
    /// The whole word, whatever is in it.
    case text
    /// The name of a disk image, whose commas are not special.
    case file
    /// `key=value,…`; a first word without `=` is the value of the implied key.
    case list(impliedKey: ByteString?)
    /// The same, or JSON where the first byte is a brace.
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

    /// Whether the option's values may name files by what QEMU's block layer takes for a name.
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

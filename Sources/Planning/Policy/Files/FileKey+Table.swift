/// A key of an option whose value names a file.
struct FileKey: Sendable {
    let option: StaticString
    /// `value` where the option's whole value is the name.
    let key: StaticString
    let use: FileUse
    let reason: String

    init(_ option: StaticString, _ key: StaticString, _ use: FileUse, _ reason: String) {
        self.option = option
        self.key = key
        self.use = use
        self.reason = reason
    }

    /// By option and key, as QEMU 7.2 to 11.1 have them in qemu-options.hx, qapi/*.json and the
    /// properties of devices and objects. What is more than a name is in
    /// `StatedOption+NamedFiles.swift`: disks, channels, addresses.
    static let table: [FileKey] = [
        FileKey("D", "value", .writes, "QEMU's log"),
        FileKey("L", "value", .reads, "a folder of QEMU's data"),
        FileKey("audiodev", "path", .writes, "sound goes to a file"),
        FileKey("audiodev", "dev", .device, "a sound device"),
        FileKey("bios", "value", .reads, "the firmware"),
        FileKey("boot", "splash", .reads, "the picture that the firmware shows"),
        FileKey("device", "dir", .reads, "keys of an emulated U2F token"),
        FileKey("device", "evdev", .device, "a device of the host in the guest"),
        FileKey("device", "frudatafile", .reads, "data of a simulated BMC"),
        FileKey("device", "hidraw", .device, "a device of the host in the guest"),
        FileKey("device", "hostdevice", .device, "a device of the host in the guest"),
        FileKey("device", "kernel", .reads, "a kernel for a guest's guest"),
        FileKey("device", "romfile", .reads, "the option ROM of a device"),
        FileKey("device", "sdrfile", .reads, "data of a simulated BMC"),
        FileKey("device", "sysfsdev", .reads, "a device of the host in the guest"),
        FileKey("device", "vhostdev", .device, "a device of the host in the guest"),
        FileKey("display", "rendernode", .device, "OpenGL"),
        FileKey("dtb", "value", .reads, "a device tree"),
        FileKey("dump-vmstate", "value", .writes, "a description of the machine's state"),
        FileKey("fsdev", "socket", .connects, "a proxy for a folder"),
        FileKey("fw_cfg", "file", .reads, "data for the firmware"),
        FileKey("icount", "rrfile", .writes, "the recording of a run"),
        FileKey("kernel", "value", .reads, "the kernel"),
        FileKey("machine", "dtb", .reads, "a device tree"),
        FileKey("machine", "dumpdtb", .writes, "a device tree, written down"),
        FileKey("machine", "firmware", .reads, "the firmware"),
        FileKey("machine", "initrd", .reads, "the initial RAM disk"),
        FileKey("machine", "kernel", .reads, "the kernel"),
        FileKey("machine", "shim", .reads, "the kernel's loader"),
        FileKey("mem-path", "value", .memory, "memory of the guest"),
        FileKey("netdev", "bootfile", .reads, "a file to boot from by network"),
        FileKey("netdev", "downscript", .starts, "the script that takes a network down"),
        FileKey("netdev", "helper", .starts, "the program that opens a tap"),
        FileKey("netdev", "script", .starts, "the script that brings a network up"),
        FileKey("netdev", "smb", .shares, "a folder that the guest sees as a Windows share"),
        FileKey("netdev", "sock", .joins, "a switch of vde"),
        FileKey("netdev", "tftp", .reads, "a folder that the guest boots from by network"),
        FileKey("netdev", "vhostdev", .device, "a network device of the host"),
        FileKey("object", "dh-cert-file", .reads, "the guest owner's session"),
        FileKey("object", "dir", .reads, "certificates and keys"),
        FileKey("object", "evdev", .device, "an input device of the host"),
        FileKey("object", "mem-path", .memory, "memory of the guest"),
        FileKey("object", "path", .connects, "a helper's socket"),
        FileKey("object", "session-file", .reads, "the guest owner's session"),
        FileKey("object", "sev-device", .device, "the processor that starts SEV guests"),
        FileKey("option-rom", "romfile", .reads, "an option ROM"),
        FileKey("pidfile", "value", .marks, "the process's number"),
        FileKey("plugin", "file", .reads, "a plugin"),
        FileKey("qtest-log", "value", .writes, "the log of a test"),
        FileKey("readconfig", "value", .reads, "settings of QEMU"),
        FileKey("shim", "value", .reads, "the kernel's loader"),
        FileKey("smbios", "file", .reads, "tables for the guest"),
        FileKey("smbios", "path", .reads, "tables for the guest"),
        FileKey("spice", "x509-cacert-file", .reads, "certificates of SPICE"),
        FileKey("spice", "x509-cert-file", .reads, "certificates of SPICE"),
        FileKey("spice", "x509-dh-key-file", .reads, "keys of SPICE"),
        FileKey("spice", "x509-dir", .reads, "certificates and keys of SPICE"),
        FileKey("spice", "x509-key-file", .reads, "keys of SPICE"),
        FileKey("tpmdev", "cancel-path", .cancels, "how a command to the TPM is cancelled"),
        FileKey("tpmdev", "path", .device, "the host's TPM"),
        FileKey("trace", "events", .reads, "which events are traced"),
        FileKey("trace", "file", .writes, "the trace"),
    ]

    /// The option whose rows say what this one does.
    static func option(like name: String) -> String {
        switch name {
        case "audio": "audiodev"
        case "net", "nic": "netdev"
        case "global": "device"
        default: name
        }
    }
}

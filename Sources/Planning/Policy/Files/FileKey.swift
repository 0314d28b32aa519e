/// What QEMU does with a file that an option names.
enum FileUse: Hashable, Sendable {
    case reads
    case disk(isReadOnly: Bool)
    /// A character device or something similar.
    case device
    /// A log or a dump, which it makes if it is missing.
    case writes
    /// The file with the process's number, which it removes at its end.
    case marks
    /// Memory of the guest: a file, or a folder in which it makes one and removes its name.
    case memory
    /// A socket that it makes, in the place of one that is left over.
    case listens
    /// The kernel's switch that ends a command to a TPM.
    case cancels
    /// Nothing that Landlock checks.
    case connects
    /// A folder of sockets, in which it makes its own.
    case joins
    /// A link to a pseudo terminal.
    case links
    /// A folder that the guest sees.
    case shares
    /// A program, which inherits the domain.
    case starts
}

/// A file that an option names, with its use.
struct NamedFile: Hashable, Sendable {
    let path: ByteString
    let use: FileUse
    let reason: String

    init(_ path: ByteString, _ use: FileUse, because reason: String) {
        self.path = path
        self.use = use
        self.reason = reason
    }

    /// The row for it.
    ///
    /// - Parameter directory: where QEMU is started.
    func row(from directory: ByteString) -> FileRow {
        let path = path.absolute(from: directory)
        func row(_ access: FileAccess, folder: FileAccess = []) -> FileRow {
            FileRow(path, access, folder: folder, because: reason)
        }
        switch use {
        case .reads: return row(.read)
        case .disk(isReadOnly: true): return row([.readFile, .control])
        case .disk(isReadOnly: false): return row(.image)
        case .device: return row([.device, .readFolder])
        case .writes: return row([.write, .control], folder: .make)
        case .marks: return row(.write, folder: .own)
        case .memory: return row([.read, .own], folder: .own)
        case .listens: return FileRow(path.folder, .listen, because: reason)
        case .joins: return row(.listen)
        case .links: return FileRow(path.folder, [.makeLink, .removeFile], because: reason)
        case .cancels: return row(.write)
        case .connects: return row([])
        case .shares: return row(.share)
        case .starts: return row(.run)
        }
    }
}

extension ByteString {
    /// The path from the root, without empty components and `.`. What `..` leads to depends on
    /// links, and is left to the kernel.
    package func absolute(from directory: ByteString) -> ByteString {
        let slash = UInt8(ascii: "/")
        let whole = bytes.first == slash ? bytes : directory.bytes + [slash] + bytes
        let components = whole.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
        return ByteString([slash] + components.joined(separator: [slash]))
    }

    /// The folder of an absolute path.
    package var folder: ByteString {
        let end = bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0
        return end == 0 ? "/" : ByteString(bytes[..<end])
    }

    /// Whether this path is `place` or below it, as far as names tell.
    func isAtOrBelow(_ place: ByteString) -> Bool {
        let slash = UInt8(ascii: "/")
        guard bytes.starts(with: place.bytes) else { return false }
        return bytes.count == place.bytes.count || place.bytes.last == slash
            || bytes[place.bytes.count] == slash
    }

    func dropping(_ prefix: StaticString) -> ByteString? {
        hasPrefix(prefix) ? ByteString(bytes.dropFirst(prefix.utf8CodeUnitCount)) : nil
    }
}

/// A key of an option whose value names a file.
struct FileKey: Sendable {
    let option: StaticString
    /// `value` if the option's whole value is the name.
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
    /// `NamedFiles.swift`: disks, channels, addresses.
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

/// The value of `-serial`, `-monitor`, `-qmp` and the like: a channel in QEMU's oldest form
/// (`qemu_chr_parse_compat` in QEMU's chardev/char.c).
struct LegacyChannel {
    let files: [NamedFile]

    init(_ value: ByteString) {
        var value = value
        if let rest = value.dropping("mon:") { value = rest }
        if let path = value.dropping("unix:") {
            let list = KeyValueList(path, impliedKey: "path")
            let isServer = list["server"].flatMap(QEMUValue.truth) == true
            files = Self.files(of: "socket", list["path"] ?? "", isServer: isServer)
        } else if let path = value.dropping("file:") {
            files = Self.files(of: "file", KeyValueList(path, impliedKey: "path")["path"] ?? "")
        } else if let path = value.dropping("pipe:") {
            files = Self.files(of: "pipe", path)
        } else if let list = value.dropping("pty:") {
            files = Self.files(of: "pty", KeyValueList(list, impliedKey: "path")["path"] ?? "")
        } else if value.hasPrefix("/dev/") {
            files = Self.files(of: "serial", value)
        } else {
            files = []
        }
    }

    /// By the driver that has the path.
    static func files(
        of driver: ByteString?,
        _ path: ByteString,
        isServer: Bool = false,
    ) -> [NamedFile] {
        guard !path.isEmpty else { return [] }
        switch driver {
        case "socket":
            return [
                NamedFile(path, isServer ? .listens : .connects, because: "the socket of a channel")
            ]
        case "file": return [NamedFile(path, .writes, because: "what comes out of a channel")]
        case "pty": return [NamedFile(path, .links, because: "the name of a pseudo terminal")]
        case "pipe":
            return ["", ".in", ".out"].map { (suffix: ByteString) in
                NamedFile(ByteString(path.bytes + suffix.bytes), .device, because: "a named pipe")
            }
        case "dbus", "spiceport", "spicevmc", "hub": return []
        default: return [NamedFile(path, .device, because: "a device of the host as a channel")]
        }
    }
}

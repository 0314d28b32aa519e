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

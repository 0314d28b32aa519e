/// What a file name means to QEMU where it is one of a `-drive` (`bdrv_open_inherit` and
/// `path_has_protocol` in QEMU's block.c).
enum BlockFileName: Equatable, Sendable {
    case path(ByteString)
    /// `json:{…}`: the node itself, instead of a name.
    case nodes(BlockDefinition)
    /// By a protocol: no file of this host.
    case elsewhere

    init(_ name: ByteString) {
        let prefix = name.bytes.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") }
        guard prefix.endIndex < name.bytes.endIndex,
            name.bytes[prefix.endIndex] == UInt8(ascii: ":")
        else {
            self = .path(name)
            return
        }
        let rest = ByteString(name.bytes[(prefix.endIndex + 1)...])
        switch ByteString(prefix) {
        case "file", "host_device": self = .path(rest)
        case "json":
            do { self = .nodes(try BlockDefinition(rest)) } catch { self = .elsewhere }
        default: self = .elsewhere
        }
    }
}

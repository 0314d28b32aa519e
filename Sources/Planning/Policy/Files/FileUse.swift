/// What QEMU does with a file that an option names.
enum FileUse: Hashable, Sendable {
    case reads
    case disk(isReadOnly: Bool)
    /// A character device, or the like.
    case device
    /// A log or a dump, which it makes where it is missing.
    case writes
    /// The file with the process's number, which it removes at its end.
    case marks
    /// Memory of the guest: a file, or a folder in which it makes one and removes its name.
    case memory
    /// A socket that it makes, in the place of one that was left there.
    case listens
    /// The kernel's switch that ends a command to a TPM.
    case cancels
    /// Nothing that Landlock is asked about.
    case connects
    /// A folder of sockets, in which it makes one of its own.
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

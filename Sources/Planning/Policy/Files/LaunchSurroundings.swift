/// What the rows about files, and the capabilities, depend on besides the command line and the
/// configuration, as it was found on this host.
package struct LaunchSurroundings: Sendable {
    /// Where relative paths begin.
    package var workingDirectory: ByteString
    /// QEMU's program and what the kernel loads for it, the program first; empty if QEMU is not
    /// there.
    package var programs: [ByteString]
    /// The files that images name, by the images' paths.
    package var references: [ByteString: [Reference]]
    package var storages: [Storage]
    package var nodeName: String
    /// $TMPDIR.
    package var temporaryFolder: ByteString?
    /// Files of the command line that root may use only by CAP_DAC_OVERRIDE.
    package var foreign: Set<ByteString>

    package struct Reference: Hashable, Sendable {
        package let path: ByteString
        package let isBacking: Bool

        package init(path: ByteString, isBacking: Bool) {
            self.path = path
            self.isBacking = isBacking
        }
    }

    package init(
        workingDirectory: ByteString = "/",
        programs: [ByteString] = [],
        references: [ByteString: [Reference]] = [:],
        storages: [Storage] = [],
        nodeName: String = "",
        temporaryFolder: ByteString? = nil,
        foreign: Set<ByteString> = [],
    ) {
        self.workingDirectory = workingDirectory
        self.programs = programs
        self.references = references
        self.storages = storages
        self.nodeName = nodeName
        self.temporaryFolder = temporaryFolder
        self.foreign = foreign
    }
}

/// What the kernel loads to run a program: the loader of an ELF file, or the program that a script
/// names in its first line.
package enum ProgramLoader: Equatable, Sendable {
    /// No other file: a static program.
    case none
    case path(ByteString)
    /// The name is elsewhere in the file.
    case range(offset: Int, byteCount: Int)

    /// Of the part of a program that has to be read.
    package static let byteCount = 4096
    private static let loaderType: UInt32 = 3  // PT_INTERP of elf(5)

    /// - Parameter start: what the file begins with.
    /// - Returns: `nil` if this is neither a 64-bit ELF program nor a script.
    package init?(_ start: [UInt8]) {
        if start.starts(with: "#!".utf8) {
            let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let first = words.first else { return nil }
            self = .path(ByteString(first))
            return
        }
        let bytes = start.span
        guard bytes.holds([0x7F, 0x45, 0x4C, 0x46, 2, 1], at: 0),
            let table = bytes.uint64(at: 32), let size = bytes.uint16(at: 54),
            let count = bytes.uint16(at: 56), table < UInt64(Self.byteCount)
        else { return nil }
        for index in 0..<Int(count) {
            let header = Int(table) + index * Int(size)
            guard let type = bytes.uint32(at: header) else { return nil }
            guard type == Self.loaderType else { continue }
            guard let offset = bytes.uint64(at: header + 8).flatMap({ Int(exactly: $0) }),
                let length = bytes.uint64(at: header + 32), length <= UInt64(Self.byteCount)
            else { return nil }
            self = .range(offset: offset, byteCount: Int(length))
            return
        }
        self = .none
    }
}

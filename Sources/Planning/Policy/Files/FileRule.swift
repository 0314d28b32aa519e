/// One row of the table of files: a place, what may be done there, and why.
package struct FileRow: Hashable, Sendable {
    /// Absolute. A folder stands for everything below it.
    package let path: ByteString
    /// Empty if the kernel has nothing to allow, as for connecting to a socket.
    package let access: FileAccess
    /// The access that the folder around it gets if the path does not exist yet; if empty, the row
    /// is then left out.
    package let folderAccess: FileAccess
    package let reason: String

    package init(
        _ path: ByteString,
        _ access: FileAccess,
        folder folderAccess: FileAccess = [],
        because reason: String,
    ) {
        self.path = path
        self.access = access
        self.folderAccess = folderAccess
        self.reason = reason
    }

    static func allow(
        _ access: FileAccess,
        _ path: StaticString,
        because reason: String,
    ) -> FileRow {
        FileRow(ByteString(stringLiteral: path), access, because: reason)
    }
}

extension FileRow {
    /// What it allows, in words.
    package var summary: String {
        folderAccess.isEmpty
            ? access.summary : "\(access.summary); its folder, if missing: \(folderAccess.summary)"
    }
}

/// A row, and what asked for it.
package struct FileRule: Hashable, Sendable {
    package let row: FileRow
    /// The group that the row is of; `command line` and `storages` if no table has it.
    package let group: String
    package let cause: GroupCause
    /// Whether the path was chosen here and not by a command line or a configuration, so that it
    /// may be in a place where those may not write.
    package let isOurs: Bool

    package init(_ row: FileRow, of group: String, because cause: GroupCause, isOurs: Bool = false)
    {
        self.row = row
        self.group = group
        self.cause = cause
        self.isOurs = isOurs
    }

    package var path: ByteString { row.path }

    /// Whether the row is about this path, as far as names tell.
    package func covers(_ path: ByteString) -> Bool { path.isAtOrBelow(row.path) }
}

/// A named part of the table: the places that one feature needs.
package struct FileGroup: Hashable, Sendable {
    package let name: String
    package let purpose: String
    /// What on a command line, or in the configuration, adds the group; `nil` if nothing has to.
    package let demand: String?
    package let rows: [FileRow]

    init(_ name: String, purpose: String, demand: String? = nil, rows: [FileRow]) {
        self.name = name
        self.purpose = purpose
        self.demand = demand
        self.rows = rows
    }
}

extension FileGroup: CustomStringConvertible {
    package var description: String { name }
}

/// What Landlock lets a process do with a file, or with everything below a folder.
///
/// The bits are LANDLOCK_ACCESS_FS_* of include/uapi/linux/landlock.h. Landlock is not asked about
/// changing a mode, an owner or an attribute, about the working directory, and about connecting to
/// a socket that has a path: no row allows or refuses these.
package struct FileAccess: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let execute = FileAccess(rawValue: 1 << 0)
    package static let writeFile = FileAccess(rawValue: 1 << 1)
    package static let readFile = FileAccess(rawValue: 1 << 2)
    package static let readFolder = FileAccess(rawValue: 1 << 3)
    package static let removeFolder = FileAccess(rawValue: 1 << 4)
    package static let removeFile = FileAccess(rawValue: 1 << 5)
    package static let makeCharacterDevice = FileAccess(rawValue: 1 << 6)
    package static let makeFolder = FileAccess(rawValue: 1 << 7)
    package static let makeFile = FileAccess(rawValue: 1 << 8)
    package static let makeSocket = FileAccess(rawValue: 1 << 9)
    package static let makePipe = FileAccess(rawValue: 1 << 10)
    package static let makeBlockDevice = FileAccess(rawValue: 1 << 11)
    package static let makeLink = FileAccess(rawValue: 1 << 12)
    /// To link or rename into another folder.
    package static let refer = FileAccess(rawValue: 1 << 13)
    package static let truncate = FileAccess(rawValue: 1 << 14)
    /// ioctl(2) of a device that is opened under the rule.
    package static let control = FileAccess(rawValue: 1 << 15)
}

// MARK: - What belongs together

extension FileAccess {
    /// Look, and change nothing.
    package static let read: FileAccess = [.readFile, .readFolder]
    package static let run: FileAccess = [.read, .execute]
    package static let device: FileAccess = [.readFile, .writeFile, .control]
    package static let write: FileAccess = [.readFile, .writeFile, .truncate]
    package static let image: FileAccess = [.write, .control]
    /// Files that come and go.
    package static let make: FileAccess = [.write, .makeFile]
    package static let own: FileAccess = [.make, .removeFile]
    package static let listen: FileAccess = [.makeSocket, .removeFile]
    package static let share: FileAccess = [
        .read, .own, .listen, .makeFolder, .makePipe, .makeLink, .removeFolder, .refer,
    ]

    /// What a rule about something else than a folder may have (`ACCESS_FILE` in the kernel's
    /// security/landlock/fs.c); with more the kernel refuses the rule.
    package static let ofFiles: FileAccess = [
        .execute, .writeFile, .readFile, .truncate, .control,
    ]

    /// Everything that changes a file system.
    package static let changing: FileAccess = [
        .writeFile, .removeFolder, .removeFile, .makeCharacterDevice, .makeFolder, .makeFile,
        .makeSocket, .makePipe, .makeBlockDevice, .makeLink, .refer, .truncate,
    ]
}

// MARK: - Names and kernels

extension FileAccess {
    package struct Right: Sendable {
        package let access: FileAccess
        /// As the kernel's audit records have it, after `fs.`.
        package let name: String
        /// The version of Landlock that has it.
        package let abi: Int
    }

    /// Sources: security/landlock/audit.c for the names, Documentation/userspace-api/landlock.rst
    /// for the versions (2: Linux 5.19, 3: 6.2, 5: 6.10).
    package static let rights: [Right] = [
        Right(access: .execute, name: "execute", abi: 1),
        Right(access: .writeFile, name: "write_file", abi: 1),
        Right(access: .readFile, name: "read_file", abi: 1),
        Right(access: .readFolder, name: "read_dir", abi: 1),
        Right(access: .removeFolder, name: "remove_dir", abi: 1),
        Right(access: .removeFile, name: "remove_file", abi: 1),
        Right(access: .makeCharacterDevice, name: "make_char", abi: 1),
        Right(access: .makeFolder, name: "make_dir", abi: 1),
        Right(access: .makeFile, name: "make_reg", abi: 1),
        Right(access: .makeSocket, name: "make_sock", abi: 1),
        Right(access: .makePipe, name: "make_fifo", abi: 1),
        Right(access: .makeBlockDevice, name: "make_block", abi: 1),
        Right(access: .makeLink, name: "make_sym", abi: 1),
        Right(access: .refer, name: "refer", abi: 2),
        Right(access: .truncate, name: "truncate", abi: 3),
        Right(access: .control, name: "ioctl_dev", abi: 5),
    ]

    /// Every right that a kernel with this version can be told to check. What a newer one knows
    /// besides is left alone: a right without rows would be refused to everybody.
    package static func handled(by abi: Int) -> FileAccess {
        rights.filter { $0.abi <= abi }.reduce(into: []) { $0.formUnion($1.access) }
    }

    package var names: [String] { Self.rights.filter { contains($0.access) }.map(\.name) }

    /// For a person: `read`, `read, write, make, remove`.
    package var summary: String {
        guard !isEmpty else { return "connect" }
        var words: [String] = []
        func add(_ word: String, _ rights: FileAccess) {
            if !isDisjoint(with: rights) { words.append(word) }
        }
        add("read", .read)
        add("execute", .execute)
        add("write", [.writeFile, .truncate])
        add(
            "make",
            [
                .makeFile, .makeFolder, .makeSocket, .makePipe, .makeLink, .makeBlockDevice,
                .makeCharacterDevice,
            ]
        )
        add("remove", [.removeFile, .removeFolder])
        add("ioctl", .control)
        return words.joined(separator: ", ")
    }
}

/// What processes in the domain may do to those outside, besides files.
///
/// LANDLOCK_SCOPE_* of include/uapi/linux/landlock.h, version 6 (Linux 6.12).
package struct DomainScope: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// No connection to a socket with an abstract name that was made outside.
    package static let abstractSockets = DomainScope(rawValue: 1 << 0)
    /// No signal to a process outside.
    package static let signals = DomainScope(rawValue: 1 << 1)

    package static let requiredABI = 6

    package var names: [String] {
        (contains(.abstractSockets) ? ["abstract sockets"] : [])
            + (contains(.signals) ? ["signals"] : [])
    }
}

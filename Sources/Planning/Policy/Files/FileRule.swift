/// One row of the table of files: a place, what may be done there, and why.
package struct FileRow: Hashable, Sendable {
    /// Absolute. A folder stands for everything below it.
    package let path: ByteString
    /// Empty where the kernel has nothing to allow, as for connecting to a socket.
    package let access: FileAccess
    /// What the folder around gets where the path is not there yet; where empty, the row is then
    /// left out.
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

/// A row, and what asked for it.
package struct FileRule: Hashable, Sendable {
    package let row: FileRow
    /// The group that the row is of; `command line` and `storages` where no table has it.
    package let group: String
    package let cause: GroupCause
    /// Whether the path was chosen here and not by a command line or a configuration, so that it
    /// may lie where those may not write.
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
    /// What on a command line, or in the configuration, adds the group; `nil` where nothing has to.
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

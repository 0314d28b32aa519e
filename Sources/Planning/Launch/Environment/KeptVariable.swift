/// A row of the table of environment variables that QEMU gets: names, what a value may be, and why.
package struct KeptVariable: Sendable {
    package let names: [StaticString]
    package let form: Form
    package let reason: String

    init(_ names: StaticString..., as form: Form = .anything, because reason: String) {
        self.names = names
        self.form = form
        self.reason = reason
    }

    /// What a value may be; with another one the variable is removed.
    package enum Form: Sendable {
        case anything
        /// Without a slash. glibc reads a locale that is called by a path from there, and ncurses
        /// a terminal.
        case word
        /// A rule, or a zone of the system's.
        case timeZone
        /// Own directories between colons; an empty one means the working directory.
        case searchPath
        /// A directory that nobody but root and the launcher's user can put a file into.
        case ownDirectory
        /// Addresses of D-Bus at sockets: others start a program.
        case busAtSocket
    }
}

extension KeptVariable.Form {
    /// - Parameter own: values that are found to be own directories.
    func allows(_ value: ArraySlice<UInt8>, own: [ByteString]) -> Bool {
        switch self {
        case .anything: true
        case .word: !value.contains(UInt8(ascii: "/"))
        case .timeZone: isTimeZone(value)
        case .searchPath:
            value.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                .allSatisfy { directory in own.contains { $0.bytes[...] == directory } }
        case .ownDirectory: own.contains { $0.bytes[...] == value }
        case .busAtSocket:
            value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
                .allSatisfy { $0.starts(with: "unix:".utf8) }
        }
    }
}

/// `CET-1CEST`, `Europe/Vienna`, `:/etc/localtime`.
private func isTimeZone(_ value: ArraySlice<UInt8>) -> Bool {
    let name = value.first == UInt8(ascii: ":") ? value.dropFirst() : value
    let leadsUp = name.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
    guard !leadsUp, name.first == UInt8(ascii: "/") else { return !leadsUp }
    return name.elementsEqual("/etc/localtime".utf8)
        || name.starts(with: "/usr/share/zoneinfo/".utf8)
}

/// The files of settings that QEMU reads besides its command line, as they were found on this host.
package struct SettingsFiles: Equatable, Sendable {
    /// QEMU's own qemu.conf; `nil` where there is none, or where QEMU is told not to read it.
    package var defaultFile: SettingsFile?
    /// By the value of `-readconfig`.
    package var included: [ByteString: SettingsFile]

    package static let none = SettingsFiles(defaultFile: nil, included: [:])

    package init(defaultFile: SettingsFile?, included: [ByteString: SettingsFile]) {
        self.defaultFile = defaultFile
        self.included = included
    }

    /// The same files where QEMU finds their copies, each named by a `-readconfig`.
    package func placed(at paths: [ByteString: ByteString]) -> SettingsFiles {
        let copies = all.compactMap { file in paths[file.path].map { ($0, file) } }
        return SettingsFiles(
            defaultFile: nil,
            included: Dictionary(copies, uniquingKeysWith: { first, _ in first }),
        )
    }

    /// The default file first, then the others by their names.
    package var all: [SettingsFile] {
        let others = included.values.sorted {
            $0.path.bytes.lexicographicallyPrecedes($1.path.bytes)
        }
        return (defaultFile.map { [$0] } ?? []) + others
    }
}

/// One file of settings: what was read of it, and whether that may be relied on.
package struct SettingsFile: Equatable, Sendable {
    /// Why a VM with custom firmware does not start with this file.
    package enum Doubt: Equatable, Sendable {
        /// A pipe or a device gives its bytes once: reading them would take them from QEMU.
        case notRegular
        /// Others may change the file, or put another in its place.
        case writableByOthers(place: String)
        case unreadable(why: String)
    }

    /// As the command line names it.
    package let path: ByteString
    /// `nil` where it was not read: where there is no doubt, because it is not there, and nobody but
    /// root can put it there.
    package let bytes: [UInt8]?
    package let settings: QEMUConfigurationFile?
    package let doubt: Doubt?

    package init(path: ByteString, bytes: [UInt8]?, doubt: Doubt? = nil) {
        self.path = path
        self.bytes = bytes
        settings = bytes.map { QEMUConfigurationFile($0, path: path) }
        self.doubt = doubt
    }
}

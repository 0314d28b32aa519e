/// What the rows about files, and the capabilities, depend on besides the command line and the
/// configuration, as it was found on this host.
package struct LaunchSurroundings: Sendable {
    /// Where relative paths begin.
    package var workingDirectory: ByteString
    /// QEMU's program and what the kernel loads for it, the program first; empty where QEMU is not
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

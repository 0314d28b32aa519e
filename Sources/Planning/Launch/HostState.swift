/// What a plan with custom firmware depends on beside the call and its settings, as it was found
/// on this host.
package struct HostState: Sendable {
    package var storages: StorageConfiguration
    package var audit: CommandLineAudit.Context
    /// The number of the descriptor that will hold the sealed image.
    package var imageDescriptor: Int32
    /// Those that will hold sealed copies of QEMU's files of settings, by the files' names.
    package var settingsDescriptors: [ByteString: Int32]
    /// Of the directories that the environment names, those that are nobody else's.
    package var ownDirectories: [ByteString]
    /// `nil` where nothing asks for it.
    package var surroundings: LaunchSurroundings?

    package init(
        storages: StorageConfiguration,
        audit: CommandLineAudit.Context,
        imageDescriptor: Int32,
        settingsDescriptors: [ByteString: Int32] = [:],
        ownDirectories: [ByteString] = [],
        surroundings: LaunchSurroundings? = nil,
    ) {
        self.storages = storages
        self.audit = audit
        self.imageDescriptor = imageDescriptor
        self.settingsDescriptors = settingsDescriptors
        self.audit.descriptors = Set(settingsDescriptors.values).union([imageDescriptor])
        self.ownDirectories = ownDirectories
        self.surroundings = surroundings
    }

    /// The path by which QEMU opens the image: the same spelling works for flash and for `-bios`
    /// in every QEMU from 7.2 to 11.1, and a confidential guest's reset reads it again.
    package var imagePath: ByteString { Self.path(of: imageDescriptor) }

    /// Where QEMU finds the copies of its files of settings.
    package var settingsPaths: [ByteString: ByteString] {
        settingsDescriptors.mapValues(Self.path(of:))
    }

    private static func path(of descriptor: Int32) -> ByteString {
        ByteString("/proc/self/fd/\(descriptor)")
    }
}

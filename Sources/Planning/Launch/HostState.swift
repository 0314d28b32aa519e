/// What a plan with custom firmware depends on beside the call and its settings, as it was found
/// on this host.
package struct HostState: Sendable {
    package var storages: StorageConfiguration
    package var audit: AuditContext
    /// The number of the descriptor that will hold the sealed image.
    package var imageDescriptor: Int32
    /// Of the directories that the environment names, those that are nobody else's.
    package var ownDirectories: [ByteString]

    package init(
        storages: StorageConfiguration,
        audit: AuditContext,
        imageDescriptor: Int32,
        ownDirectories: [ByteString] = [],
    ) {
        self.storages = storages
        self.audit = audit
        self.imageDescriptor = imageDescriptor
        self.ownDirectories = ownDirectories
    }

    /// The path by which QEMU opens the image: the same spelling works for flash and for `-bios`
    /// in every QEMU from 7.2 to 11.1, and a confidential guest's reset reads it again.
    package var imagePath: ByteString { ByteString("/proc/self/fd/\(imageDescriptor)") }
}

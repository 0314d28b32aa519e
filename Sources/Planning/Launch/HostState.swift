/// What a plan with custom firmware depends on beside the call and its settings, as it was found
/// on this host.
package struct HostState: Sendable {
    package var storages: StorageConfiguration
    package var audit: AuditContext
    /// The number of the descriptor that will hold the sealed image.
    package var imageDescriptor: Int32

    package init(storages: StorageConfiguration, audit: AuditContext, imageDescriptor: Int32) {
        self.storages = storages
        self.audit = audit
        self.imageDescriptor = imageDescriptor
    }

    /// The path by which QEMU opens the image: the same spelling works for flash and for `-bios`
    /// in every QEMU from 7.2 to 11.1, and a confidential guest's reset reads it again.
    package var imagePath: ByteString { ByteString("/proc/self/fd/\(imageDescriptor)") }
}

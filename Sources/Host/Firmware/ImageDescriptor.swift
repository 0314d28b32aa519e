/// The sealed image under the descriptor number that QEMU inherits, open for reading only, and with
/// it the copies of QEMU's files of settings. Only ``ReservedDescriptor/hold(_:)`` makes one.
package struct ImageDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor
    private let settings: SettingsDescriptors?

    init(
        _ descriptor: consuming OwnedDescriptor,
        with settings: consuming SettingsDescriptors? = nil,
    ) {
        self.descriptor = descriptor
        self.settings = settings
    }

    package var number: Int32 { descriptor.number }
}

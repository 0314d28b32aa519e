/// The sealed image under the descriptor number that QEMU inherits, open for reading only.
/// Only ``ReservedDescriptor/hold(_:)`` makes one.
package struct ImageDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor

    init(_ descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    package var number: Int32 { descriptor.number }
}

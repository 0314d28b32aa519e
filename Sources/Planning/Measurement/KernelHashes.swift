/// The table of hashes with which QEMU lets a guest's firmware check what `-kernel` brought.
///
/// Source: QEMU `target/i386/sev.c`.
package struct KernelHashes: Hashable, Sendable {
    /// With the padding to a multiple of 16 that goes into the guest's memory with it.
    package static let paddedByteCount = 176
}

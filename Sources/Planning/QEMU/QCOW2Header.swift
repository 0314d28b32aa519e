/// The beginning of a qcow2 disk image, as far as it tells how large the disk in it is.
///
/// Source: QEMU `docs/interop/qcow2.txt`, which has all of it in big-endian order.
package struct QCOW2Header: Hashable, Sendable {
    /// Of the part that is read here.
    package static let byteCount = 32

    private static let versionOffset = 4
    private static let diskByteCountOffset = 24

    /// What a guest sees, in bytes.
    package let diskByteCount: UInt64

    /// - Returns: `nil` where this is not qcow2 of version 2 or 3, the ones that QEMU opens.
    package init?(_ bytes: Span<UInt8>) {
        guard ForeignFormat(of: bytes) == .qcow2,
            let version = bytes.uint32(at: Self.versionOffset)?.byteSwapped, 2...3 ~= version,
            let size = bytes.uint64(at: Self.diskByteCountOffset)?.byteSwapped
        else { return nil }
        diskByteCount = size
    }
}

import struct Crypto.SHA256

/// The table of hashes with which a guest's firmware checks what `-kernel` brought. It is put into
/// the guest's memory before the launch, so the launch digest covers it.
///
/// Source: QEMU `target/i386/sev.c`.
package struct KernelHashes: Hashable, Sendable {
    /// All SHA-256.
    package let kernel: [UInt8]
    package let initrd: [UInt8]
    package let commandLine: [UInt8]

    /// - Parameters:
    ///   - kernel: the file of `-kernel`, byte for byte.
    ///   - initrd: the file of `-initrd`; none if it is not given.
    ///   - commandLine: the text of `-append`; `nil` and empty mean the same.
    package init(
        kernel: Span<UInt8>,
        initrd: Span<UInt8>,
        commandLine: ByteString?,
    ) {
        self.kernel = SHA256.hash(kernel)
        self.initrd = SHA256.hash(initrd)
        // The terminating NUL is hashed with the text.
        let text = (commandLine?.bytes ?? []) + [0]
        self.commandLine = SHA256.hash(text.span)
    }

    /// The table as it is in the guest's memory, padding included.
    package var table: [UInt8] {
        var table = [UInt8](repeating: 0, count: GuestArea.hashTableByteCount)
        var offset = 0
        func put(_ name: GUID, _ byteCount: Int) {
            table.put(name.bytes, at: offset)
            table.put(UInt16(byteCount), at: offset + 16)
            offset += 18
        }
        put(Self.tableName, Self.tableByteCount)
        for (name, hash) in [
            (Self.commandLineName, commandLine), (Self.initrdName, initrd),
            (Self.kernelName, kernel),
        ] {
            put(name, 18 + hash.count)
            table.put(hash, at: offset)
            offset += hash.count
        }
        return table
    }

    /// A header and three entries of a hash each.
    private static let tableByteCount = 18 + 3 * 50

    private static let tableName = GUID(0x9438_D606, 0x4F22, 0x4CC9, 0xB479, 0xA793_D411_FD21)
    private static let commandLineName = GUID(
        0x97D0_2DD8,
        0xBD20,
        0x4C94,
        0xAA78,
        0xE771_4D36_AB2A
    )
    private static let initrdName = GUID(0x44BA_F731, 0x3A2F, 0x4BD7, 0x9AF1, 0x41E2_9169_781D)
    private static let kernelName = GUID(0x4DE7_9437, 0xABD2, 0x427F, 0xB835, 0xD5B1_72D2_045B)
}

/// A UEFI GUID, as firmware stores it: the first three fields little endian, the rest as printed.
package struct GUID: Hashable, Sendable {
    /// The first and the last eight bytes as they lie in memory, each read as one little-endian
    /// number: comparing two numbers is what makes the search for volumes cheap.
    private let low: UInt64
    private let high: UInt64

    /// The five groups of the printed form: `GUID(0x8C8CE578, 0x8A3D, 0x4F1C, 0x9935,
    /// 0x896185C32DD3)`. Of `node`, the low 48 bits count.
    package init(
        _ first: UInt32,
        _ second: UInt16,
        _ third: UInt16,
        _ fourth: UInt16,
        _ node: UInt64,
    ) {
        low = UInt64(first) | UInt64(second) << 32 | UInt64(third) << 48
        high = UInt64(fourth.byteSwapped) | (node << 16).byteSwapped << 16
    }

    /// - Parameters:
    ///   - low: bytes 0 to 7, little endian.
    ///   - high: bytes 8 to 15, little endian.
    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The sixteen bytes in the order of the file.
    package var bytes: [UInt8] {
        [low, high].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> ($0 * 8)) } }
    }
}

extension GUID: CustomStringConvertible {
    /// Lower case, in five groups.
    package var description: String {
        let bytes = bytes
        let groups: [[UInt8]] = [
            bytes[0..<4].reversed(), bytes[4..<6].reversed(), bytes[6..<8].reversed(),
            Array(bytes[8..<10]), Array(bytes[10..<16]),
        ]
        return groups.map(hexadecimal).joined(separator: "-")
    }
}

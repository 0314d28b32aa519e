/// The table of GUIDed structures below the reset vector of an x86 image, read as QEMU reads it:
/// backwards from its footer.
///
/// Source: edk2 `OvmfPkg/ResetVector/Ia16/ResetVectorVtf0.asm`, QEMU `hw/i386/pc_sysfw_ovmf.c`.
package struct GuidedTable: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let guid: GUID
        /// Where its data is in the image.
        package let data: Range<Int>
    }

    /// In the order of the walk, so the first of several with the same GUID counts.
    package let entries: [Entry]
    /// In bytes, footer included.
    package let byteCount: Int
    /// Whether the walk ended at an entry with an impossible length: what is before it is lost.
    package let isDamaged: Bool

    package func entry(_ guid: GUID) -> Entry? {
        entries.first { $0.guid == guid }
    }

    /// The footer's GUID and, with it, the place of the table: 32 bytes before the end.
    static let footer = GUID(0x96B5_82DE, 0x1FB2, 0x45F7, 0xBAEA, 0xA366_C55A_082D)
    static let distanceOfEnd = 0x20
    /// An entry's length and GUID, which come after its data.
    static let tagByteCount = 18
}

extension GuidedTable {
    package enum Name {
        /// Where the other CPUs of an SEV-ES guest start.
        package static let sevESReset = GUID(
            0x00F7_71DE,
            0x1A7E,
            0x4FCB,
            0x890E,
            0x68C7_7E2F_B44E
        )
        package static let sevSecret = GUID(
            0x4C2E_B361,
            0x7D9B,
            0x4CC3,
            0x8081,
            0x127C_90D3_D294
        )
        package static let sevHashTable = GUID(
            0x7255_371F,
            0x3A3B,
            0x4B04,
            0x927B,
            0x1DA6_EFA8_D454
        )
        package static let tdxMetadata = GUID(
            0xE47A_6535,
            0x984A,
            0x4798,
            0x865E,
            0x4685_A7BF_8EC2
        )
        package static let sevMetadata = GUID(
            0xDC88_6566,
            0x984A,
            0x4798,
            0xA75E,
            0x5585_A7BF_67CC
        )
    }
}

extension GuidedTable {
    /// `absent` if the footer's GUID is not in its place.
    static func read(from image: Span<UInt8>) -> Reading<GuidedTable> {
        let end = image.count - distanceOfEnd
        guard image.guid(at: end - 16) == footer,
            let byteCount = image.uint16(at: end - tagByteCount).map(Int.init)
        else { return .absent }
        guard byteCount >= tagByteCount, image.holds(byteCount, at: end - byteCount) else {
            return .malformed(.wrongLength(found: byteCount, expected: tagByteCount))
        }
        return .present(GuidedTable(from: end - byteCount, to: end, of: image))
    }

    private init(from start: Int, to end: Int, of image: Span<UInt8>) {
        var entries: [Entry] = []
        var isDamaged = false
        var position = end - Self.tagByteCount
        while position - start >= Self.tagByteCount {
            guard let guid = image.guid(at: position - 16),
                let length = image.uint16(at: position - Self.tagByteCount).map(Int.init),
                length >= Self.tagByteCount, length <= position - start
            else {
                isDamaged = true
                break
            }
            let data = (position - length)..<(position - Self.tagByteCount)
            entries.append(Entry(guid: guid, data: data))
            position -= length
        }
        self.entries = entries
        self.isDamaged = isDamaged
        byteCount = end - start
    }
}

/// The header that SEV, TDX and IGVM metadata share: signature, length, version, entry count.
struct MetadataHeader: Hashable, Sendable {
    static let byteCount = 16
    /// A hundred times more than any firmware has; bounds the cost of a hostile count.
    static let maximumEntryCount = 1024

    /// Where the header starts in the image.
    let offset: Int
    let entryCount: Int

    /// The offset of every entry.
    func entries(of entryByteCount: Int) -> [Int] {
        (0..<entryCount).map { offset + Self.byteCount + $0 * entryByteCount }
    }

    /// - Parameter name: the entry of the table that tells the header's distance from the end.
    static func read(
        _ signature: String,
        named name: GUID,
        entryByteCount: Int,
        from image: Span<UInt8>,
        table: GuidedTable?,
    ) -> Reading<MetadataHeader> {
        guard let entry = table?.entry(name) else { return .absent }
        guard entry.data.count >= 4, let distance = image.uint32(at: entry.data.lowerBound) else {
            return .malformed(.shortEntry(byteCount: entry.data.count))
        }
        let offset = image.count - Int(distance)
        guard let length = image.uint32(at: offset + 4).map(Int.init),
            let version = image.uint32(at: offset + 8),
            let entryCount = image.uint32(at: offset + 12).map(Int.init), offset >= 0
        else { return .malformed(.outsideImage(distance: distance, imageByteCount: image.count)) }
        guard image.holds(signature, at: offset) else {
            return .malformed(.wrongSignature(expected: signature, offset: offset))
        }
        guard version == 1 else { return .malformed(.wrongVersion(version)) }
        guard entryCount <= maximumEntryCount else {
            return .malformed(.tooManyEntries(found: entryCount, expected: maximumEntryCount))
        }
        let expected = byteCount + entryByteCount * entryCount
        guard length == expected, image.holds(length, at: offset) else {
            return .malformed(.wrongLength(found: length, expected: expected))
        }
        return .present(MetadataHeader(offset: offset, entryCount: entryCount))
    }
}

/// A UEFI GUID, as firmware stores it: the first three fields little endian, the rest as printed.
package struct GUID: Hashable, Sendable {
    /// The first and the last eight bytes as they are in memory, each read as one little-endian
    /// number: comparing two numbers makes the search for volumes cheap.
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

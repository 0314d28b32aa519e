/// The files that a qcow2 image names: the image below it, and the one that holds its data.
///
/// Source: QEMU's docs/interop/qcow2.txt, which has all numbers in big-endian order.
package struct ImageReferences: Equatable, Sendable {
    /// Of the part that is read here; QEMU keeps all of it in the first cluster, and names shorter.
    package static let byteCount = 64 << 10

    /// As they are written: relative to the image's folder, or with a protocol.
    package let backing: ByteString?
    /// `nil` where the image does not say, and QEMU guesses.
    package let backingFormat: ByteString?
    package let data: ByteString?

    private static let headerByteCountOfVersion2 = 72
    private static let backingFormatType: UInt32 = 0xE279_2ACA
    private static let dataFileType: UInt32 = 0x4441_5441

    /// - Returns: `nil` where this is not qcow2 of version 2 or 3.
    package init?(_ bytes: [UInt8]) {
        guard QCOW2Header(bytes.span) != nil else { return nil }
        func number(_ offset: Int) -> UInt32? { bytes.span.uint32(at: offset)?.byteSwapped }
        func text(_ offset: Int, _ count: Int) -> ByteString? {
            guard offset >= 0, count > 0, offset <= bytes.count - count else { return nil }
            return ByteString(bytes[offset..<(offset + count)])
        }
        let offset = bytes.span.uint64(at: 8)?.byteSwapped ?? 0
        backing = Int(exactly: offset).flatMap { offset in
            offset == 0 ? nil : text(offset, Int(number(16) ?? 0))
        }
        let isVersion2 = number(4) == 2
        var place = isVersion2 ? Self.headerByteCountOfVersion2 : Int(number(100) ?? 0)
        var extensions: [UInt32: ByteString] = [:]
        while let type = number(place), type != 0, let length = number(place + 4) {
            extensions[type] = text(place + 8, Int(length)) ?? extensions[type]
            place += 8 + (Int(length) + 7) / 8 * 8
        }
        backingFormat = extensions[Self.backingFormatType]
        data = extensions[Self.dataFileType]
    }

    /// The files, by their paths.
    ///
    /// - Parameter image: the absolute path of the image.
    package func files(of image: ByteString) -> [(path: ByteString, isBacking: Bool)] {
        [(backing, true), (data, false)].compactMap { name, isBacking in
            guard let name, case .path(let path) = BlockFileName(name) else { return nil }
            return (path.absolute(from: image.folder), isBacking)
        }
    }

    /// Whether the image below may name further ones.
    package var mayGoOn: Bool { backingFormat == nil || backingFormat == "qcow2" }
}

/// A section: what files are made of, and what the compressed volume holds side by side.
///
/// Layout after edk2 `MdePkg/Include/Pi/PiFirmwareFile.h`.
struct FileSection: Hashable, Sendable {
    enum Kind {
        static let guided: UInt8 = 0x02
        static let userInterface: UInt8 = 0x15
        static let volumeImage: UInt8 = 0x17
    }

    let kind: UInt8
    let start: Int
    /// What follows its header.
    let body: Range<Int>

    private init?(at offset: Int, limit: Int, of image: Span<UInt8>) {
        guard let word = image.uint32(at: offset) else { return nil }
        let size = Int(word & 0xFF_FFFF)
        let isLarge = size == 0xFF_FFFF
        let header = isLarge ? 8 : 4
        guard let byteCount = isLarge ? image.uint32(at: offset + 4).map(Int.init) : size,
            byteCount >= header, byteCount <= limit - offset
        else { return nil }
        kind = UInt8(word >> 24)
        start = offset
        body = offset + header..<offset + byteCount
    }

    /// The sections in a range of the image, in order, up to where they stop making sense.
    static func sections(in range: Range<Int>, of image: Span<UInt8>) -> [FileSection] {
        var sections: [FileSection] = []
        let limit = min(range.upperBound, image.count)
        var offset = range.lowerBound
        while let section = FileSection(at: offset, limit: limit, of: image) {
            sections.append(section)
            let end = section.body.upperBound - range.lowerBound
            offset = range.lowerBound + (end + 3) / 4 * 4
        }
        return sections
    }

    /// The text of a user interface section.
    func text(of image: Span<UInt8>) -> String {
        var units: [UInt16] = []
        for offset in stride(from: body.lowerBound, to: body.upperBound - 1, by: 2) {
            guard let unit = image.uint16(at: offset), unit != 0,
                units.count < Self.maximumNameLength
            else { break }
            units.append(unit)
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// Names are a few dozen characters; a hostile one need not be longer.
    private static let maximumNameLength = 128
}

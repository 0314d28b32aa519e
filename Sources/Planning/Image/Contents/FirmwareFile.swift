/// A file in a firmware volume.
///
/// Layout after edk2 `MdePkg/Include/Pi/PiFirmwareFile.h`.
struct FirmwareFile: Hashable, Sendable {
    /// The types that matter here; there are more.
    enum Kind {
        static let securityCore: UInt8 = 0x03
        static let volumeImage: UInt8 = 0x0B
        static let pad: UInt8 = 0xF0
    }

    let name: GUID
    let kind: UInt8
    /// What follows its header.
    let body: Range<Int>

    static let headerByteCount = 24
    static let largeHeaderByteCount = 32
    private static let isLarge: UInt8 = 0x01

    /// Reads the header alone, so its body may go on after the end of `image`.
    ///
    /// - Returns: `nil` if free space begins there, or something that is not a file inside of `limit`.
    init?(headerAt offset: Int, limit: Int, of image: Span<UInt8>) {
        guard let name = image.guid(at: offset), let kind = image.uint8(at: offset + 18),
            let attributes = image.uint8(at: offset + 19),
            let size = image.uint32(at: offset + 20).map({ Int($0 & 0xFF_FFFF) })
        else { return nil }
        let isLarge = attributes & Self.isLarge != 0 && size == 0
        let large = image.uint64(at: offset + Self.headerByteCount).flatMap { Int(exactly: $0) }
        let header = isLarge ? Self.largeHeaderByteCount : Self.headerByteCount
        guard let byteCount = isLarge ? large : size, byteCount >= header,
            byteCount <= limit - offset
        else { return nil }
        self.name = name
        self.kind = kind
        body = offset + header..<offset + byteCount
    }

    /// The files of a volume, in order, up to where they stop making sense.
    static func files(in volume: FlashVolume, of image: Span<UInt8>) -> [FirmwareFile] {
        files(from: volume.offset + firstFile(in: volume, of: image), in: volume, of: image)
    }

    /// - Parameter start: of the first; the extended header may be a file of its own.
    static func files(
        from start: Int,
        in volume: FlashVolume,
        of image: Span<UInt8>,
    ) -> [FirmwareFile] {
        var files: [FirmwareFile] = []
        var offset = start
        while let file = FirmwareFile(headerAt: offset, limit: volume.end, of: image),
            file.body.upperBound <= image.count
        {
            files.append(file)
            offset = file.next(in: volume)
        }
        return files
    }

    /// Where the file after it begins: at a multiple of eight from the volume's start.
    func next(in volume: FlashVolume) -> Int {
        volume.offset + (body.upperBound - volume.offset + 7) / 8 * 8
    }

    /// What a person calls it; `nil` for a file without a name.
    func title(of image: Span<UInt8>) -> String? {
        FileSection.sections(in: body, of: image)
            .first { $0.kind == FileSection.Kind.userInterface }?.text(of: image)
    }

    /// From the start of the volume.
    static func firstFile(in volume: FlashVolume, of image: Span<UInt8>) -> Int {
        guard let extended = image.uint16(at: volume.offset + 0x34).map(Int.init), extended > 0,
            let byteCount = image.uint32(at: volume.offset + extended + 16).map(Int.init)
        else { return volume.headerByteCount }
        return (extended + byteCount + 7) / 8 * 8
    }
}

/// A section: what files are made of, and what the compressed volume holds side by side.
///
/// Layout after edk2 `MdePkg/Include/Pi/PiFirmwareFile.h`.
struct FileSection: Hashable, Sendable {
    enum Kind {
        static let guided: UInt8 = 0x02
        static let portableExecutable: UInt8 = 0x10
        static let terseExecutable: UInt8 = 0x12
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

    /// Names are a few dozen characters; the limit also bounds a hostile one.
    private static let maximumNameLength = 128
}

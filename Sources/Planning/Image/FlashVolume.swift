/// One firmware volume: a file system in flash, with a header that describes and checks itself.
///
/// Layout after edk2 `MdePkg/Include/Pi/PiFirmwareVolume.h`.
package struct FlashVolume: Hashable, Sendable {
    package enum FileSystem: Hashable, Sendable {
        /// Firmware file system 1, 2 or 3: drivers and applications.
        case firmware(version: Int)
        /// Non-volatile variables.
        case variables
        case other(GUID)
    }

    /// Where the header starts, in bytes from the start of the image.
    package let offset: Int
    /// In bytes, header included.
    package let byteCount: Int
    package let headerByteCount: Int
    package let fileSystem: FileSystem
    package let attributes: UInt32
    /// The name in the extended header, which volumes of variables do not have.
    package let name: GUID?
    /// On architectures other than x86, the reset vector is in the first bytes.
    package let startsWithCode: Bool

    /// One past the last byte.
    package var end: Int { offset + byteCount }

    package var holdsCode: Bool {
        if case .firmware = fileSystem { true } else { false }
    }

    package var holdsVariables: Bool { fileSystem == .variables }
}

extension FlashVolume {
    /// Names that OVMF gives its volumes, the same in every distribution's build.
    package enum Name {
        /// The compressed volume that holds everything but the first phase.
        package static let main = GUID(0x48DB_5E17, 0x707C, 0x472D, 0x91CD, 0x1613_E7EF_51B0)
        /// The first phase, which unpacks the main volume: it boots nothing alone.
        package static let security = GUID(0x763B_ED0D, 0xDE9F, 0x48F5, 0x81F1, 0x3E90_E1B1_A015)
        /// The second phase, inside the compressed volume.
        package static let preEFI = GUID(0x6938_079B, 0xB503, 0x4E3D, 0x9D24, 0xB283_37A2_5806)
    }
}

/// What is in a place where a firmware volume may start.
enum VolumeHeader: Hashable, Sendable {
    case none
    /// The signature is right and the rest is not: a damaged volume, or bytes that look like one by
    /// chance.
    case damaged
    /// A sound header of a volume that goes on after the end of the image.
    case truncated(FlashVolume)
    case sound(FlashVolume)

    /// The volume, whether or not all of it is in the image.
    var volume: FlashVolume? {
        switch self {
        case .none, .damaged: nil
        case .truncated(let volume), .sound(let volume): volume
        }
    }

    private static let signature: UInt32 = 0x4856_465F  // "_FVH"
    /// The fixed fields and one terminating block map entry.
    private static let minimumByteCount = 0x48

    init(at offset: Int, of image: Span<UInt8>) {
        guard image.uint32(at: offset + 0x28) == Self.signature,
            let headerByteCount = image.uint16(at: offset + 0x30).map(Int.init)
        else {
            self = .none
            return
        }
        guard headerByteCount >= Self.minimumByteCount, headerByteCount.isMultiple(of: 2),
            image.holds(headerByteCount, at: offset),
            Self.sum(of: headerByteCount, at: offset, of: image) == 0,
            let length = image.uint64(at: offset + 0x20),
            let byteCount = Int(exactly: length), byteCount >= headerByteCount,
            byteCount <= Int(Int32.max),
            let volume = FlashVolume(
                at: offset,
                byteCount: byteCount,
                headerByteCount: headerByteCount,
                of: image,
            ),
            volume.holdsVariables
                || Self.endOfBlockMap(at: offset, of: image) == headerByteCount
        else {
            self = .damaged
            return
        }
        self = image.holds(byteCount, at: offset) ? .sound(volume) : .truncated(volume)
    }

    /// Where the header ends, because its last field does: pairs of 32-bit numbers, the last of zeros.
    /// Firmware begins to look for files after it. (Variable stores exist that were padded without
    /// their map.)
    private static func endOfBlockMap(at offset: Int, of image: Span<UInt8>) -> Int? {
        var end = 0x38
        while let entry = image.uint64(at: offset + end), end < maximumBlockMapEnd {
            end += 8
            if entry == 0 { return end }
        }
        return nil
    }

    /// Real headers have one entry.
    private static let maximumBlockMapEnd = 0x1000

    /// The sum of the header's 16-bit words, which a sound header makes zero.
    private static func sum(of byteCount: Int, at offset: Int, of image: Span<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for word in stride(from: offset, to: offset + byteCount, by: 2) {
            sum &+= image.uint16(at: word) ?? 0
        }
        return sum
    }
}

extension FlashVolume {
    fileprivate init?(at offset: Int, byteCount: Int, headerByteCount: Int, of image: Span<UInt8>) {
        guard let fileSystem = image.guid(at: offset + 0x10),
            let attributes = image.uint32(at: offset + 0x2C),
            let extendedHeader = image.uint16(at: offset + 0x34).map(Int.init),
            let firstWords = image.guid(at: offset)
        else { return nil }
        self.offset = offset
        self.byteCount = byteCount
        self.headerByteCount = headerByteCount
        self.fileSystem = FileSystem(fileSystem)
        self.attributes = attributes
        name =
            extendedHeader >= headerByteCount && extendedHeader < byteCount
            ? image.guid(at: offset + extendedHeader) : nil
        startsWithCode = firstWords != GUID(low: 0, high: 0)
    }
}

extension FlashVolume.FileSystem {
    // edk2: MdePkg/Include/Guid/FirmwareFileSystem2.h and 3.h, and
    // MdeModulePkg/Include/Guid/SystemNvDataGuid.h; version 1 is from before the PI specification.
    private static let version1 = GUID(0x7A93_54D9, 0x0468, 0x444A, 0x81CE, 0x0BF6_17D8_90DF)
    private static let version2 = GUID(0x8C8C_E578, 0x8A3D, 0x4F1C, 0x9935, 0x8961_85C3_2DD3)
    private static let version3 = GUID(0x5473_C07A, 0x3DCB, 0x4DCA, 0xBD6F, 0x1E96_89E7_349A)
    private static let nonVolatile = GUID(0xFFF1_2B8D, 0x7696, 0x4C8B, 0xA985, 0x2747_075B_4F50)

    fileprivate init(_ guid: GUID) {
        self =
            switch guid {
            case Self.version1: .firmware(version: 1)
            case Self.version2: .firmware(version: 2)
            case Self.version3: .firmware(version: 3)
            case Self.nonVolatile: .variables
            default: .other(guid)
            }
    }
}

/// The firmware volumes of an image, in the order of their offsets, and what is wrong with them.
package struct VolumeLayout: Hashable, Sendable {
    package private(set) var volumes: [FlashVolume] = []
    /// A volume with a sound header that goes on after the end of the image.
    package private(set) var truncated: FlashVolume?
    /// Where the first header with a wrong checksum is, outside of every sound volume.
    package private(set) var damagedOffset: Int?

    /// Volumes start at multiples of this in every build known, and text that looks like a header
    /// inside of compressed data does not have a right checksum at one of them.
    package static let alignment = 4096

    /// Looks at one place a page and skips what a volume covers: one pass, independent of the
    /// lengths in the headers.
    package init(of image: Span<UInt8>) {
        var offset = 0
        while offset < image.count {
            var next = offset + Self.alignment
            switch VolumeHeader(at: offset, of: image) {
            case .none: break
            case .damaged: damagedOffset = damagedOffset ?? offset
            case .truncated(let volume): truncated = truncated ?? volume
            case .sound(let volume):
                volumes.append(volume)
                next = max(next, Self.aligned(volume.end))
            }
            offset = next
        }
    }

    private static func aligned(_ offset: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }
}

extension VolumeLayout {
    /// Where the last volume of code ends.
    package var endOfCode: Int? { volumes.last(where: \.holdsCode)?.end }

    /// Whether the volumes follow one another from the first byte without a gap.
    package var isContiguous: Bool {
        var end = 0
        for volume in volumes {
            guard volume.offset == end else { return false }
            end = volume.end
        }
        return true
    }
}

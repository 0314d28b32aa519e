/// What stands where a firmware volume may start.
enum VolumeHeader: Hashable, Sendable {
    case none
    /// The signature is there and the rest is not right: a volume that was damaged, or bytes that
    /// look like one by chance.
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
    /// Firmware begins to look for files behind it. (Variable stores exist that were padded without
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
            let revision = image.uint8(at: offset + 0x37),
            let firstWords = image.guid(at: offset)
        else { return nil }
        self.offset = offset
        self.byteCount = byteCount
        self.headerByteCount = headerByteCount
        self.fileSystem = FileSystem(fileSystem)
        self.attributes = attributes
        self.revision = revision
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

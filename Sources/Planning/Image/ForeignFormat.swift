/// The format of a file that is not raw firmware, as its first bytes show it.
package enum ForeignFormat: String, Hashable, Sendable, CaseIterable {
    case qcow2
    case vmdk = "VMDK"
    case vhdx = "VHDX"
    case vdi = "VDI"
    case vhd = "VHD"
    case qed = "QED"
    case luks = "LUKS"
    case igvm = "IGVM"
    case elf = "ELF"
    case pe = "PE"
    case optionROM = "option ROM"
    case uefiCapsule = "UEFI capsule"
    case gzip
    case xz
    case zip
    case bzip2
    case zstd
    case lz4
    case sevenZip = "7z"
    case tar
    case cabinet
    case html = "HTML"

    package enum Family: Hashable, Sendable {
        case diskImage
        case compressed
        case archive
        case program
        case guestMemory
        case update
        case text
    }

    package var family: Family {
        switch self {
        case .qcow2, .vmdk, .vhdx, .vdi, .vhd, .qed, .luks: .diskImage
        case .gzip, .xz, .bzip2, .zstd, .lz4: .compressed
        case .zip, .sevenZip, .tar, .cabinet: .archive
        case .elf, .pe, .optionROM: .program
        case .igvm: .guestMemory
        case .uefiCapsule: .update
        case .html: .text
        }
    }

    package init?(of file: Span<UInt8>) {
        let known = Self.signatures.first { file.holds($0.bytes, at: $0.offset) }
        guard let format = known?.format else { return nil }
        self = format
    }

    private struct Signature {
        let format: ForeignFormat
        let offset: Int
        let bytes: [UInt8]
    }

    /// Long signatures before short ones: the first that fits is the answer.
    private static let signatures: [Signature] = [
        sign(.qcow2, [0x51, 0x46, 0x49, 0xFB]),
        sign(.vhdx, Array("vhdxfile".utf8)),
        sign(.vmdk, Array("KDMV".utf8)),
        sign(.vmdk, Array("# Disk DescriptorFile".utf8)),
        sign(.vdi, [0x7F, 0x10, 0xDA, 0xBE], at: 0x40),
        sign(.vhd, Array("conectix".utf8)),
        sign(.qed, Array("QED\0".utf8)),
        sign(.luks, Array("LUKS".utf8) + [0xBA, 0xBE]),
        sign(.igvm, Array("IGVM".utf8)),
        sign(.elf, [0x7F, 0x45, 0x4C, 0x46]),
        // FMP capsules and the older flash capsules, by GUID.
        sign(.uefiCapsule, GUID(0x6DCB_D5ED, 0xE82D, 0x4C44, 0xBDA1, 0x7194_199A_D92A).bytes),
        sign(.uefiCapsule, GUID(0x3B66_86BD, 0x0D76, 0x4030, 0xB70E, 0xB551_9E2F_C5A0).bytes),
        sign(.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        sign(.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        sign(.zip, [0x50, 0x4B, 0x03, 0x04]),
        sign(.zstd, [0x28, 0xB5, 0x2F, 0xFD]),
        sign(.lz4, [0x04, 0x22, 0x4D, 0x18]),
        sign(.cabinet, Array("MSCF".utf8)),
        sign(.tar, Array("ustar".utf8), at: 257),
        sign(.html, Array("<!DOCTYPE".utf8)),
        sign(.html, Array("<!doctype".utf8)),
        sign(.html, Array("<html".utf8)),
        sign(.gzip, [0x1F, 0x8B, 0x08]),
        sign(.bzip2, Array("BZh".utf8)),
        sign(.pe, Array("MZ".utf8)),
        sign(.optionROM, [0x55, 0xAA]),
    ]

    private static func sign(
        _ format: ForeignFormat,
        _ bytes: [UInt8],
        at offset: Int = 0,
    ) -> Signature {
        Signature(format: format, offset: offset, bytes: bytes)
    }
}

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

    /// - Returns: `nil` if this is not qcow2 of version 2 or 3, the ones that QEMU opens.
    package init?(_ bytes: Span<UInt8>) {
        guard ForeignFormat(of: bytes) == .qcow2,
            let version = bytes.uint32(at: Self.versionOffset)?.byteSwapped, 2...3 ~= version,
            let size = bytes.uint64(at: Self.diskByteCountOffset)?.byteSwapped
        else { return nil }
        diskByteCount = size
    }
}

/// What keeps a qcow2 image from being unpacked: with it, the bytes would come from elsewhere, or
/// could not be understood.
package enum QCOW2Refusal: Hashable, Sendable {
    case notUnderstood
    case backingFile
    case dataFile
    case encrypted
    /// An incompatible feature by its bit, other than another compression (`docs/interop/qcow2.txt`):
    /// unclean, damaged, or newer than this list.
    case feature(Int)
    case wrongSize(UInt64)
    /// Tables that are larger than a disk of this size needs: a program would read them for hours.
    case tablesTooLarge
    case snapshots(UInt32)

    /// For messages: what it has, without a subject.
    package var text: String {
        switch self {
        case .notUnderstood: "its header is not understood (expected version 2 or 3)"
        case .backingFile: "it has a backing file"
        case .dataFile: "its data is in another file"
        case .encrypted: "it is encrypted"
        case .feature(let bit): "it has the incompatible feature \(bit)"
        case .wrongSize(let size):
            "wrong size of its disk (expected 1 to \(ImageRequest.maximumByteCount) bytes,"
                + " found \(size))"
        case .tablesTooLarge: "its tables are larger than its disk needs"
        case .snapshots(let count): "it has \(count) snapshots"
        }
    }
}

extension QCOW2Header {
    private static let version3ByteCount = 104
    private static let version2ByteCount = 72
    private static let dataFileBit = 2
    private static let compressionBit = 3
    private static let extendedEntriesBit = 4

    /// Looked for before a program sees the image that would follow its references.
    ///
    /// - Returns: `nil` if all that the image holds is in these bytes.
    package static func refusal(of image: Span<UInt8>) -> QCOW2Refusal? {
        guard let header = QCOW2Header(image), let version = image.uint32(at: versionOffset),
            image.holds(version.byteSwapped == 2 ? version2ByteCount : version3ByteCount, at: 0)
        else { return .notUnderstood }
        guard image.uint64(at: 8) == 0, image.uint32(at: 16) == 0 else { return .backingFile }
        guard image.uint32(at: 32) == 0 else { return .encrypted }
        if version.byteSwapped == 3 {
            let features = image.uint64(at: 72)?.byteSwapped ?? .max
            if features & 1 << dataFileBit != 0 { return .dataFile }
            let unknown = features & ~(1 << compressionBit | 1 << extendedEntriesBit)
            if unknown != 0 { return .feature(unknown.trailingZeroBitCount) }
        }
        guard 1...UInt64(ImageRequest.maximumByteCount) ~= header.diskByteCount else {
            return .wrongSize(header.diskByteCount)
        }
        return refusalOfTables(in: image)
    }

    /// The first table has an entry for each table of the second level; the one of reference counts a
    /// few clusters at most. Images that were larger once have larger tables, up to what the largest
    /// image needs.
    private static func refusalOfTables(in image: Span<UInt8>) -> QCOW2Refusal? {
        guard let clusterBits = image.uint32(at: 20)?.byteSwapped, 9...21 ~= clusterBits,
            let entries = image.uint32(at: 36)?.byteSwapped,
            let countClusters = image.uint32(at: 56)?.byteSwapped,
            let snapshots = image.uint32(at: 60)?.byteSwapped
        else { return .notUnderstood }
        guard snapshots == 0 else { return .snapshots(snapshots) }
        // An entry has eight bytes, or sixteen if entries are extended.
        let byteCountOfEntry = 1 << (2 * clusterBits - 4)
        let needed = (ImageRequest.maximumByteCount + byteCountOfEntry - 1) / byteCountOfEntry
        guard Int(entries) <= 2 * needed, countClusters <= 32 else { return .tablesTooLarge }
        return nil
    }
}

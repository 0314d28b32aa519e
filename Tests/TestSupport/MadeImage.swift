package import Foundation
package import Planning

/// Images of our own that are like distributions' builds in size, in metadata and in what they are
/// made of, and start nothing. What other people's readers find in them is in `Images/facts.json`.
package enum MadeImage: String, CaseIterable, Sendable {
    /// OVMF_CODE_4M.fd: code alone.
    case code
    /// OVMF_CODE_4M.secboot.fd: Secure Boot, with SMM.
    case codeSecureBoot = "code-secure-boot"
    /// OVMF_CODE.fd of 2020: 2 MiB, nothing for confidential guests but a block for SEV-ES.
    case codeOld = "code-old"
    /// OVMF_VARS_4M.fd
    case store
    /// A store that a guest has written to.
    case storeUsed = "store-used"
    /// OVMF.fd: code and store.
    case combined
    /// OVMF.amdsev.fd: with places for the launch secret and for the kernel's hashes.
    case amdsev
    /// OVMF.inteltdx.secboot.fd: without a second phase, and with keys.
    case inteltdx
    /// bios-256k.bin
    case legacyBIOS = "legacy-bios"

    package static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Images")

    /// The compressed part by itself, which Python's lzma has packed; `nil` for what has no code.
    package func contents() throws -> [UInt8]? {
        let name: String? =
            switch self {
            case .code, .combined: "plain"
            case .codeSecureBoot: "secure-boot"
            case .codeOld: "old"
            case .amdsev: "amdsev"
            case .inteltdx: "inteltdx"
            case .store, .storeUsed, .legacyBIOS: nil
            }
        return try name.map {
            try PackageFiles.bytes(of: Self.folder.appending(path: "\($0).lzma"))
        }
    }

    package func bytes() throws -> [UInt8] {
        try cache.bytes(of: rawValue) { try build() }
    }

    private func build() throws -> [UInt8] {
        switch self {
        case .code, .codeSecureBoot:
            // Its TDX metadata is about the whole, as edk2's build leaves it there.
            return try Array(large().build().dropFirst(Self.storeByteCount))
        case .combined: return try large().build()
        case .codeOld: return try old()
        case .store: return SyntheticImage.store()
        case .storeUsed: return SyntheticImage.store(variables: Self.variables)
        case .amdsev:
            var image = try large()
            image.secretArea = (0x80_F000, 0xC00)
            image.hashArea = (0x81_0C00, 0x400)
            image.sevSections = SyntheticImage.sevSections
            return image.build()
        case .inteltdx:
            var image = try large()
            image.storedVariables = Self.variables
            image.sevSections?[4].1 = 0
            image.sevSections?[5].1 = 0
            return image.build()
        case .legacyBIOS:
            var image = filler(0x4_0000, of: 0)
            // A jump to F000:E05B, the date, and the model.
            let end = [0xEA, 0x5B, 0xE0, 0, 0xF0] + Array("06/23/99".utf8) + [0, 0xFC, 0]
            image.write(end, at: image.count - 16)
            return image
        }
    }

    /// 4 MiB with its store, in which distributions' builds have no place for kernel hashes.
    private func large() throws -> SyntheticImage {
        SyntheticImage(
            storeByteCount: Self.storeByteCount,
            mainByteCount: 3_440_640,
            securityByteCount: 212_992,
            secretArea: (0, 0),
            hashArea: (0, 0),
            sevSections: SyntheticImage.sevSections.dropLast(),
            namesTDXMetadata: true,
            contents: try contents() ?? [],
        )
    }

    private func old() throws -> [UInt8] {
        var image = SyntheticImage(
            mainByteCount: 1_753_088,
            securityByteCount: 212_992,
            resetVector: SyntheticImage.resetVector32,
            resetAddress: nil,
            secretArea: nil,
            hashArea: nil,
            sevSections: nil,
            tdxSections: nil,
            contents: try contents() ?? [],
        ).build()
        // Where later builds have the table's footer.
        let block =
            littleEndian(UInt32(0x80_B000)) + littleEndian(UInt16(22)) + Self.sevESReset.bytes
        image.write(block, at: image.count - 32 - block.count)
        return image
    }

    private static let storeByteCount = 540_672
    private static let sevESReset = GUID(0x00F7_71DE, 0x1A7E, 0x4FCB, 0x890E, 0x68C7_7E2F_B44E)
    private static let global = GUID(0x8BE4_DF61, 0x93CA, 0x11D2, 0xAA0D, 0x00E0_9803_2B8C)
    private static let security = GUID(0xD719_B2CB, 0x3D3A, 0x4596, 0xA3BC, 0xDAD0_0E67_656F)
    private static let sha256 = GUID(0xC1C4_1626, 0x504C, 0x4092, 0xACA9, 0x41F9_3693_4328)

    /// Four of effect, one replaced, one deleted. The keys are lists of one SHA-256 each.
    private static let variables: [UInt8] = {
        let list =
            sha256.bytes + littleEndian(UInt32(76)) + littleEndian(UInt32(0))
            + littleEndian(UInt32(48)) + global.bytes + filler(32, of: 0x5A)
        return SyntheticImage.variable("PK", vendor: global, data: list)
            + SyntheticImage.variable("Timeout", vendor: global, data: [9, 0], state: 0x3C)
            + SyntheticImage.variable("KEK", vendor: global, data: list)
            + SyntheticImage.variable("db", vendor: security, data: list)
            + SyntheticImage.variable("Lang", vendor: global, data: Array("eng".utf8), state: 0x3D)
            + SyntheticImage.variable("Timeout", vendor: global, data: [5, 0], state: 0x3E)
    }()
}

private let cache = ImageCache()

/// Images by name: those that are made here, and of the outside data where it is there.
package enum KnownImage {
    package static func bytes(_ name: String) throws -> [UInt8] {
        try MadeImage(rawValue: name)?.bytes() ?? FirmwareCorpus.image(name)
    }

    package static func understood(_ name: String) throws -> FirmwareImage {
        let bytes = try bytes(name)
        return FirmwareImage(bytes.span)
    }

    private struct Made<Facts: Decodable>: Decodable {
        let images: [Facts]
    }

    /// What is known of those that are made here.
    package static func made<Facts: Decodable>(_ type: Facts.Type) throws -> [Facts] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = MadeImage.folder.appending(path: "facts.json")
        return try decoder.decode(Made<Facts>.self, from: Data(contentsOf: file)).images
    }

    /// What is known of all. One that cannot be read is missed by the test that counts them.
    package static func facts<Facts: Decodable>(_ type: Facts.Type) -> [Facts] {
        let made = try? made(type)
        let outside = try? FirmwareCorpus.decode([Facts].self, from: "image-facts.json")
        return (made ?? []) + (outside ?? [])
    }
}

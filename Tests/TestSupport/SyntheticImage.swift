package import Planning

/// Small images with everything that real ones have, to be built right and then spoiled.
package struct SyntheticImage {
    /// None where zero. Real ones are 540672 bytes; nothing here depends on that.
    package var storeByteCount: Int
    package var mainByteCount: Int
    package var securityByteCount: Int
    package var resetVector: [UInt8]
    package var resetAddress: UInt32?
    package var secretArea: (UInt32, UInt32)?
    package var hashArea: (UInt32, UInt32)?
    /// Address, size and type.
    package var sevSections: [(UInt32, UInt32, UInt32)]?
    /// `nil`: none; otherwise added to the code and, where there is one, the store.
    package var tdxSections: [TDXSection]?
    /// Whether the TDX metadata has its GUID before it, as edk2 writes it. QEMU does not look.
    package var namesTDXMetadata: Bool
    /// In the store.
    package var storedVariables: [UInt8]
    /// LZMA data in the main volume, where edk2 has it: in a file, after a pad file for the
    /// extended header.
    package var contents: [UInt8]
    /// What the first phase's program is for: an executable's IMAGE_FILE_MACHINE_*.
    package var machine: UInt16
    /// Without its program and its compressed volumes: an image that a launch digest can be of.
    package var isHollow: Bool

    package init(
        storeByteCount: Int = 0,
        mainByteCount: Int = 0x8000,
        securityByteCount: Int = 0x3000,
        resetVector: [UInt8] = Self.resetVector,
        resetAddress: UInt32? = 0x80_B004,
        secretArea: (UInt32, UInt32)? = (0x80_F000, 0xC00),
        hashArea: (UInt32, UInt32)? = (0x81_0C00, 0x400),
        sevSections: [(UInt32, UInt32, UInt32)]? = Self.sevSections,
        tdxSections: [TDXSection]? = Self.tdxSections,
        namesTDXMetadata: Bool = false,
        storedVariables: [UInt8] = [],
        contents: [UInt8] = Self.smallContents,
        machine: UInt16 = 0x8664,
        isHollow: Bool = false,
    ) {
        self.storeByteCount = storeByteCount
        self.mainByteCount = mainByteCount
        self.securityByteCount = securityByteCount
        self.resetVector = resetVector
        self.resetAddress = resetAddress
        self.secretArea = secretArea
        self.hashArea = hashArea
        self.sevSections = sevSections
        self.tdxSections = tdxSections
        self.namesTDXMetadata = namesTDXMetadata
        self.storedVariables = storedVariables
        self.contents = contents
        self.machine = machine
        self.isHollow = isHollow
    }

    /// As edk2 writes it since TDX, with its jump to the code before it.
    package static let resetVector: [UInt8] =
        [0x0F, 0x20, 0xC0, 0xA8, 0x01, 0x74, 0x05, 0xE9] + filler(4) + [0xE9, 0xF1, 0xFE, 0x90]
    /// The same from before, for a first phase of 32 bits.
    package static let resetVector32: [UInt8] = [0x90, 0x90, 0xE9, 0xFB, 0xFE] + filler(11)
    /// Where those jumps lead, as a distance from the end.
    package static let earlyCodeDistance = 0x110

    /// Two volumes with a module each, PeiCore and DxeCore, packed by Python's lzma.
    package static let smallContents: [UInt8] = [
        0x5D, 0x00, 0x00, 0x80, 0x00, 0x18, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08,
        0x00, 0x2F, 0x34, 0x16, 0x99, 0xB8, 0x86, 0x9C, 0x6B, 0x33, 0x03, 0x6D, 0x15, 0x92, 0xC0,
        0x92, 0x8E, 0xFF, 0xA9, 0xC9, 0x4B, 0x04, 0xAF, 0xBB, 0x14, 0xA3, 0x15, 0x8C, 0xDA, 0x68,
        0x3E, 0x64, 0x72, 0x41, 0x26, 0x1E, 0x8E, 0x9B, 0x9B, 0xEE, 0xB1, 0xDC, 0x59, 0x4C, 0xDC,
        0x09, 0xF0, 0x5C, 0x4E, 0x8F, 0x04, 0x1A, 0xA0, 0xC2, 0x82, 0xDD, 0x39, 0x9A, 0xD7, 0xE7,
        0x88, 0x35, 0x12, 0x9E, 0xD2, 0x9C, 0xEA, 0x6A, 0x7B, 0x7A, 0x8F, 0x75, 0xA5, 0x0A, 0x67,
        0xD3, 0xCF, 0xA4, 0x1F, 0x8D, 0x15, 0xEE, 0xC8, 0x72, 0x53, 0x50, 0x5E, 0xE7, 0x13, 0x8F,
        0x6A, 0x0C, 0x9B, 0x3F, 0x00, 0x8B, 0x63, 0x25, 0x3B, 0xCC, 0x21, 0xC5, 0x6C, 0x9B, 0x5F,
        0x60, 0x69, 0x74, 0x82, 0xC4, 0x80, 0x8A, 0xE2, 0x3B, 0x34, 0xBF, 0xB1, 0xD7, 0x01, 0xE9,
        0xAF, 0x16, 0x9F, 0x07, 0x49, 0x59, 0x69, 0x75, 0x70, 0x24, 0x31, 0xF7, 0x48, 0x07, 0x9E,
        0xEA, 0x45, 0x0C, 0x4C, 0xD4, 0xE8, 0x28, 0xED, 0x08, 0x0E, 0x65, 0x0D, 0x76, 0x58, 0x52,
        0x72, 0xEA, 0x70, 0x1D, 0x35, 0x2E, 0xC0, 0x3C, 0xA4, 0x3D, 0xEF, 0xC5, 0x26, 0x03, 0x83,
        0x92, 0x59, 0x6A, 0x13, 0xB4, 0x01, 0xAB, 0x3E, 0xF3, 0x34, 0x45, 0x65, 0x7D, 0x39, 0xB0,
        0x89, 0xC3, 0x23, 0x01, 0xD0, 0x1A, 0x7D, 0x44, 0x19, 0xD7, 0xD9, 0xB6, 0x21, 0xBF, 0xC8,
        0xDE, 0x2E, 0x15, 0x87, 0x95, 0xBB, 0x80, 0x5E, 0x7D, 0x45, 0x17, 0x7C, 0x78, 0xE6, 0x88,
        0xDA, 0x1A, 0xE9, 0x52, 0x14, 0x3A, 0x66, 0xCA, 0xB9, 0x4B, 0xAB, 0xFE, 0xFA, 0xF4, 0x01,
        0x00,
    ]

    /// The image that other people's tools have given launch digests of: see
    /// Measurement/independent-digests.tsv. It is hollow, because they look at its end only.
    package static let measuredByOthers = SyntheticImage(
        storeByteCount: 0x5000,
        resetVector: [0x0F, 0x20, 0xC0, 0xA8, 0x01, 0x74, 0x05, 0xE9] + filler(8),
        namesTDXMetadata: true,
        isHollow: true,
    ).build()

    package static let sevSections: [(UInt32, UInt32, UInt32)] = [
        (0x80_0000, 0x9000, 1), (0x80_A000, 0x3000, 1), (0x80_D000, 0x1000, 2),
        (0x80_E000, 0x1000, 3), (0x80_F000, 0x1000, 4), (0x81_1000, 0x1F000, 1),
        (0x81_0000, 0x1000, 0x10),
    ]

    package static let tdxSections = [
        TDXSection(address: 0x81_0000, size: 0x10000, type: 3),
        TDXSection(address: 0x80_9000, size: 0x2000, type: 2),
    ]

    package struct TDXSection {
        package var offset: UInt32 = 0
        package var raw: UInt32 = 0
        package var address: UInt64
        package var size: UInt64
        package var type: UInt32
        package var attributes: UInt32 = 0

        package init(
            offset: UInt32 = 0,
            raw: UInt32 = 0,
            address: UInt64,
            size: UInt64,
            type: UInt32,
            attributes: UInt32 = 0,
        ) {
            (self.offset, self.raw) = (offset, raw)
            (self.address, self.size) = (address, size)
            (self.type, self.attributes) = (type, attributes)
        }
    }

    private static let tdxMetadataName = GUID(
        0xE9EA_F9F3,
        0x168E,
        0x44D5,
        0xA8EB,
        0x7F4D_8738_F6AE
    )

    /// Distances from the end of the image.
    package static let sevDistance = 0x600
    package static let tdxDistance = 0xA00

    package var codeByteCount: Int { mainByteCount + securityByteCount }

    package func build() -> [UInt8] {
        var image: [UInt8] = []
        if storeByteCount > 0 {
            image += volume(storeByteCount, fileSystem: Self.variables)
            image.write(store(byteCount: storeByteCount / 2) + storedVariables, at: 0x48)
        }
        var main = volume(mainByteCount, name: FlashVolume.Name.main)
        if !isHollow { main.writeFiles(around: contents) }
        image += main
        var security = volume(securityByteCount, name: FlashVolume.Name.security)
        if !isHollow { security.writeProgram(for: machine) }
        image += security
        writeEnd(of: &image)
        return image
    }

    /// Only a variable store.
    package static func store(_ byteCount: Int = 540_672, variables: [UInt8] = []) -> [UInt8] {
        let builder = SyntheticImage(storeByteCount: byteCount)
        var image = builder.volume(byteCount, fileSystem: Self.variables)
        image.write(builder.store(byteCount: byteCount / 2) + variables, at: 0x48)
        return image
    }

    /// An authenticated variable, padded to four bytes.
    package static func variable(
        _ name: String,
        vendor: GUID,
        data: Int = 10,
        state: UInt8 = 0x3F,
    ) -> [UInt8] {
        variable(name, vendor: vendor, data: filler(data), state: state)
    }

    package static func variable(
        _ name: String,
        vendor: GUID,
        data: [UInt8],
        state: UInt8 = 0x3F,
    ) -> [UInt8] {
        let name = (Array(name.utf16) + [0]).flatMap(littleEndian)
        let bytes =
            littleEndian(UInt16(0x55AA)) + [state, 0] + littleEndian(UInt32(0x27))
            + filler(28, of: 0) + littleEndian(UInt32(name.count))
            + littleEndian(UInt32(data.count)) + vendor.bytes + name + data
        return bytes + filler((4 - bytes.count % 4) % 4, of: 0xFF)
    }

    package static let variables = GUID(0xFFF1_2B8D, 0x7696, 0x4C8B, 0xA985, 0x2747_075B_4F50)
    package static let firmware2 = GUID(0x8C8C_E578, 0x8A3D, 0x4F1C, 0x9935, 0x8961_85C3_2DD3)

    package func volume(
        _ byteCount: Int,
        fileSystem: GUID = Self.firmware2,
        name: GUID? = nil
    ) -> [UInt8] {
        var header =
            filler(16, of: 0) + fileSystem.bytes + littleEndian(UInt64(byteCount))
            + Array("_FVH".utf8) + littleEndian(UInt32(0x4FEFF)) + littleEndian(UInt16(0x48))
            + littleEndian(UInt16(0)) + littleEndian(UInt16(name == nil ? 0 : 0x60)) + [0, 2]
            + littleEndian(UInt32(byteCount / 4096)) + littleEndian(UInt32(4096))
            + filler(8, of: 0)
        header.fixVolumeChecksum()
        var volume = header + filler(byteCount - header.count, of: 0xFF)
        if let name { volume.write(name.bytes + littleEndian(UInt32(20)), at: 0x60) }
        return volume
    }

    private func store(byteCount: Int) -> [UInt8] {
        GUID(0xAAF3_2C78, 0x947B, 0x439A, 0xA180, 0x2E14_4EC3_7792).bytes
            + littleEndian(UInt32(byteCount)) + [0x5A, 0xFE] + filler(6, of: 0)
    }

    private func writeEnd(of image: inout [UInt8]) {
        let end = image.count
        image.write(resetVector, at: end - 16)
        if !isHollow {
            // mov di, 'BP'
            image.write([0xBF, 0x42, 0x50], at: end - Self.earlyCodeDistance)
        }
        image.write(Array("VTF\0".utf8), at: end - 20)
        image.write(filler(12, of: 0), at: end - 32)
        if let sevSections {
            image.write(metadata("ASEV", sevSections.map(sevEntry)), at: end - Self.sevDistance)
        }
        if tdxSections != nil {
            image.write(metadata("TDVF", tdxEntries(of: end)), at: end - Self.tdxDistance)
            if namesTDXMetadata {
                image.write(Self.tdxMetadataName.bytes, at: end - Self.tdxDistance - 16)
            }
        }
        let table = table()
        image.write(table, at: end - 32 - table.count)
    }

    private func table() -> [UInt8] {
        var table: [UInt8] = []
        // Built from the start; QEMU reads it from the end.
        if tdxSections != nil {
            table += entry(
                GuidedTable.Name.tdxMetadata,
                littleEndian(UInt32(Self.tdxDistance))
            )
        }
        if sevSections != nil {
            table += entry(
                GuidedTable.Name.sevMetadata,
                littleEndian(UInt32(Self.sevDistance))
            )
        }
        for (name, area) in [
            (GuidedTable.Name.sevHashTable, hashArea), (GuidedTable.Name.sevSecret, secretArea),
        ] {
            guard let area else { continue }
            table += entry(name, littleEndian(area.0) + littleEndian(area.1))
        }
        if let resetAddress {
            table += entry(GuidedTable.Name.sevESReset, littleEndian(resetAddress))
        }
        return table + littleEndian(UInt16(table.count + 18)) + Self.footer.bytes
    }

    private static let footer = GUID(0x96B5_82DE, 0x1FB2, 0x45F7, 0xBAEA, 0xA366_C55A_082D)

    private func entry(_ name: GUID, _ data: [UInt8]) -> [UInt8] {
        data + littleEndian(UInt16(data.count + 18)) + name.bytes
    }

    private func metadata(_ signature: String, _ entries: [[UInt8]]) -> [UInt8] {
        let bytes = entries.flatMap(\.self)
        return Array(signature.utf8) + littleEndian(UInt32(bytes.count + 16))
            + littleEndian(UInt32(1)) + littleEndian(UInt32(entries.count)) + bytes
    }

    private func sevEntry(_ section: (UInt32, UInt32, UInt32)) -> [UInt8] {
        littleEndian(section.0) + littleEndian(section.1) + littleEndian(section.2)
    }

    private func tdxEntries(of end: Int) -> [[UInt8]] {
        let code = TDXSection(
            offset: UInt32(storeByteCount),
            raw: UInt32(codeByteCount),
            address: 1 << 32 - UInt64(codeByteCount),
            size: UInt64(codeByteCount),
            type: 0,
            attributes: 1,
        )
        let store = TDXSection(
            raw: UInt32(storeByteCount),
            address: 1 << 32 - UInt64(codeByteCount + storeByteCount),
            size: UInt64(storeByteCount),
            type: 1,
        )
        let sections = [code] + (storeByteCount > 0 ? [store] : []) + (tdxSections ?? [])
        return sections.map {
            littleEndian($0.offset) + littleEndian($0.raw) + littleEndian($0.address)
                + littleEndian($0.size) + littleEndian($0.type) + littleEndian($0.attributes)
        }
    }
}

package func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

package func filler(_ count: Int, of byte: UInt8 = 0x90) -> [UInt8] {
    [UInt8](repeating: byte, count: max(count, 0))
}

extension [UInt8] {
    package mutating func write(_ bytes: [UInt8], at offset: Int) {
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    /// Makes the sum of the header's words zero again, for a volume that starts at `offset`.
    package mutating func fixVolumeChecksum(at offset: Int = 0) {
        write([0, 0], at: offset + 0x32)
        let length = Int(self[offset + 0x30]) | Int(self[offset + 0x31]) << 8
        let sum = stride(from: offset, to: offset + length, by: 2).reduce(UInt16(0)) {
            $0 &+ (UInt16(self[$1]) | UInt16(self[$1 + 1]) << 8)
        }
        write(littleEndian(0 &- sum), at: offset + 0x32)
    }

    private static let volumeFile = GUID(0x9E21_FD93, 0x9C72, 0x4C15, 0x8C4B, 0xE77F_1DB2_D792)
    private static let lzma = GUID(0xEE4E_5898, 0x3914, 0x4259, 0x9D6E, 0xDC7B_D794_03CF)

    /// Makes a volume's extended header, at 0x60, the body of a pad file, and adds a file that
    /// holds the LZMA data (edk2 PiFirmwareFile.h, LzmaDecompress.h).
    fileprivate mutating func writeFiles(around contents: [UInt8]) {
        let size = contents.count + 24
        let section =
            littleEndian(UInt32(size) | 0x02 << 24) + Self.lzma.bytes + littleEndian(UInt16(24))
            + littleEndian(UInt16(1)) + contents
        write(Self.fileHeader(filler(16, of: 0xFF), type: 0xF0, byteCount: 44), at: 0x48)
        let header = Self.fileHeader(Self.volumeFile.bytes, type: 0x0B, byteCount: size + 24)
        write(header + section, at: 0x78)
    }

    private static let securityCore = GUID(0xDF1C_CEF6, 0xF301, 0x4A63, 0x9661, 0xFC60_30DC_C880)

    /// Adds the first phase's program: a file with a section that is a terse executable, which
    /// begins after its header (edk2 PeImage.h, EFI_TE_IMAGE_HEADER).
    fileprivate mutating func writeProgram(for machine: UInt16) {
        let header =
            Array("VZ".utf8) + littleEndian(machine) + [1, 0] + littleEndian(UInt16(0x28))
            + littleEndian(UInt32(0x28)) + filler(28, of: 0)
        let program = header + filler(0x100)
        let section = littleEndian(UInt32(program.count + 4) | 0x12 << 24) + program
        write(Self.fileHeader(filler(16, of: 0xFF), type: 0xF0, byteCount: 44), at: 0x48)
        let file = Self.fileHeader(
            Self.securityCore.bytes,
            type: 0x03,
            byteCount: section.count + 24,
        )
        write(file + section, at: 0x78)
    }

    private static func fileHeader(_ name: [UInt8], type: UInt8, byteCount: Int) -> [UInt8] {
        let size = littleEndian(UInt32(byteCount)).prefix(3)
        let sum = (name + [type] + size).reduce(UInt8(0), &+)
        return name + [0 &- sum, 0xAA, type, 0] + size + [0xF8]
    }
}

import TestSupport
import Testing

@testable import Planning

struct GuidedTableTests {
    /// A table below 32 bytes of reset vector, with entries in the order of the file.
    private func image(entries: [(GUID, [UInt8])], length: Int? = nil) -> [UInt8] {
        let bytes = entries.flatMap { guid, data in
            data + littleEndian(UInt16(data.count + 18)) + guid.bytes
        }
        return filler(64) + bytes + littleEndian(UInt16(length ?? bytes.count + 18))
            + GuidedTable.footer.bytes + filler(32)
    }

    private let first = GUID(1, 2, 3, 4, 5)
    private let second = GUID(6, 7, 8, 9, 10)

    @Test func `entries are read from the footer backwards`() throws {
        let bytes = image(entries: [(first, [1, 2, 3]), (second, [])])
        let table = try #require(GuidedTable.read(from: bytes.span).value)
        #expect(table.entries.map(\.guid) == [second, first])
        #expect(table.entries.map(\.data.count) == [0, 3])
        #expect(!table.isDamaged)
        #expect(bytes[table.entries[1].data] == [1, 2, 3])
    }

    @Test func `of two entries with one name, the one near the end counts, as for QEMU`() throws {
        let bytes = image(entries: [(first, [1]), (first, [2])])
        let table = try #require(GuidedTable.read(from: bytes.span).value)
        #expect(bytes[try #require(table.entry(first)).data] == [2])
    }

    @Test func `a table with nothing in it is a table`() throws {
        let table = try #require(GuidedTable.read(from: image(entries: []).span).value)
        #expect(table.entries.isEmpty)
    }

    @Test(arguments: [0, 17, 0x1000, 0xFFFF])
    func `a length that cannot be is a fault`(length: Int) {
        let reading = GuidedTable.read(from: image(entries: [], length: length).span)
        #expect(reading == .malformed(.wrongLength(found: length, expected: 18)))
    }

    @Test(arguments: [0, 1, 17, 20, 0x7FFF, 0xFFFF])
    func `an entry whose length cannot be ends the walk`(length: Int) throws {
        var bytes = image(entries: [(first, [1]), (second, [2])])
        // The tag of the entry nearest to the footer.
        bytes.write(littleEndian(UInt16(length)), at: bytes.count - 32 - 18 - 18)
        let table = try #require(GuidedTable.read(from: bytes.span).value)
        #expect(table.isDamaged)
        #expect(table.entry(first) == nil || length == 20)
    }

    @Test func `images too short for a table have none`() {
        let bytes = image(entries: [(first, [1])])
        for count in 0..<(32 + 18) {
            #expect(GuidedTable.read(from: Array(bytes.suffix(count)).span) == .absent)
        }
    }

    @Test func `the block of before edk2-stable202102 is found where the footer would be`() throws {
        let block =
            littleEndian(UInt32(0x80_B000)) + littleEndian(UInt16(22))
            + GuidedTable.Name.sevESReset.bytes
        let bytes = filler(16) + block + filler(32)
        let reset = try #require(SEVResetBlock.read(from: bytes.span, table: nil).value)
        #expect(reset.address == 0x80_B000)
        #expect(reset.origin == .standAlone)
    }

    @Test(arguments: [0, 21, 0xFFFF])
    func `a stand-alone block whose length cannot be is a fault`(length: Int) {
        let bytes =
            filler(16) + littleEndian(UInt16(length)) + GuidedTable.Name.sevESReset.bytes
            + filler(32)
        let reading = SEVResetBlock.read(from: bytes.span, table: nil)
        #expect(reading == .malformed(.wrongLength(found: length, expected: 22)))
    }

    @Test(arguments: [0, 3])
    func `a reset block that is too short is a fault`(count: Int) throws {
        let bytes = image(entries: [(GuidedTable.Name.sevESReset, filler(count))])
        let table = GuidedTable.read(from: bytes.span).value
        let reading = SEVResetBlock.read(from: bytes.span, table: table)
        #expect(reading == .malformed(.shortEntry(byteCount: count)))
    }
}

/// SEV and TDX metadata share a header; what follows it, and what is wrong with it, differ.
struct MetadataTests {
    private func reading(_ spoil: (inout [UInt8]) -> Void) -> FirmwareImage {
        var image = SyntheticImage(storeByteCount: 0x4000).build()
        spoil(&image)
        return FirmwareImage(image.span)
    }

    private func at(_ distance: Int, _ offset: Int, _ value: UInt32) -> FirmwareImage {
        reading { $0.write(littleEndian(value), at: $0.count - distance + offset) }
    }

    private static let distances = [SyntheticImage.sevDistance, SyntheticImage.tdxDistance]

    private func fault(_ image: FirmwareImage, at distance: Int) -> MetadataFault? {
        distance == SyntheticImage.sevDistance ? image.sevMetadata.fault : image.tdxMetadata.fault
    }

    @Test(arguments: distances, [0, 2, 0x0100_0000, .max] as [UInt32])
    func `another version is a fault`(distance: Int, version: UInt32) {
        #expect(fault(at(distance, 8, version), at: distance) == .wrongVersion(version))
    }

    @Test(arguments: distances, [0, 15, 16, 99, 0x7FFF_FFFF, .max] as [UInt32])
    func `a length that is not that of the entries is a fault`(distance: Int, length: UInt32) {
        let fault = fault(at(distance, 4, length), at: distance)
        guard case .wrongLength(Int(length), _) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test(arguments: distances, [1025, 0x1000_0000, .max] as [UInt32])
    func `a count that no image could have is a fault`(distance: Int, count: UInt32) {
        let found = fault(at(distance, 12, count), at: distance)
        #expect(found == .tooManyEntries(found: Int(count), expected: 1024))
    }

    @Test(arguments: distances)
    func `another signature is a fault`(distance: Int) {
        let image = at(distance, 0, 0)
        guard case .wrongSignature = fault(image, at: distance) else {
            Issue.record("\(String(describing: fault(image, at: distance)))")
            return
        }
    }

    @Test(arguments: [0, 1, 15, 0x0100_0000, 0x8000_0000, .max] as [UInt32])
    func `a distance that leads out of the image is a fault`(distance: UInt32) throws {
        var image = SyntheticImage().build()
        let table = try #require(FirmwareImage(image.span).table.value)
        let entry = try #require(table.entry(GuidedTable.Name.sevMetadata))
        image.write(littleEndian(distance), at: entry.data.lowerBound)
        let expected = MetadataFault.outsideImage(
            distance: distance,
            imageByteCount: image.count
        )
        #expect(FirmwareImage(image.span).sevMetadata.fault == expected)
    }

    @Test(arguments: [UInt32(0), 1])
    func `TDX metadata needs two entries`(count: UInt32) {
        let image = reading {
            let offset = $0.count - SyntheticImage.tdxDistance
            $0.write(littleEndian(16 + 32 * count), at: offset + 4)
            $0.write(littleEndian(count), at: offset + 12)
        }
        #expect(image.tdxMetadata.fault == .tooFewEntries(found: Int(count), expected: 2))
    }

    struct SEVCase: Sendable {
        let sections: [(UInt32, UInt32, UInt32)]
        let defect: String?
    }

    private static let usable: [(UInt32, UInt32, UInt32)] = [
        (0x80_0000, 0x2000, 1), (0x80_2000, 0x1000, 2), (0x80_3000, 0x1000, 3),
    ]

    /// Each adds one section to metadata that is right.
    private static let sevCases: [SEVCase] = [
        SEVCase(sections: usable, defect: nil),
        SEVCase(sections: usable + [(0x80_4000, 0x1000, 99)], defect: nil),
        SEVCase(sections: [usable[0], usable[1]], defect: "no CPUID section"),
        SEVCase(sections: [usable[0], usable[2]], defect: "no SNP_SECRETS section"),
        SEVCase(sections: [usable[1], usable[2]], defect: "no SNP_SEC_MEM section"),
        SEVCase(sections: usable + [(0, 0, 4)], defect: "SVSM_CAA section without length"),
        SEVCase(
            sections: usable + [(0x80_4000, 0x1001, 1)],
            defect: "SNP_SEC_MEM section 0x804000-0x805001 is not made of whole 4 KiB pages",
        ),
        SEVCase(
            sections: usable + [(0x80_4800, 0x1000, 9)],
            defect: "type 9 section 0x804800-0x805800 is not made of whole 4 KiB pages",
        ),
        SEVCase(
            sections: usable + [(0xFFFF_F000, 0x2000, 1)],
            defect: "SNP_SEC_MEM section 0xfffff000-0x100001000 ends above 4 GiB",
        ),
        SEVCase(
            sections: usable + [(0xFFFF_0000, 0x1000, 1)],
            defect: "SNP_SEC_MEM section 0xffff0000-0xffff1000 overlaps the firmware itself",
        ),
        SEVCase(
            sections: usable + [(0x80_1000, 0x1000, 1)],
            defect: "SNP_SEC_MEM section 0x800000-0x802000"
                + " and SNP_SEC_MEM section 0x801000-0x802000 overlap",
        ),
    ]

    @Test(arguments: sevCases)
    func `SEV metadata that QEMU could not launch is named`(row: SEVCase) throws {
        let bytes = SyntheticImage(mainByteCount: 0xD000, sevSections: row.sections).build()
        let metadata = try #require(FirmwareImage(bytes.span).sevMetadata.value)
        #expect(metadata.defect(imageByteCount: 0x10000)?.text == row.defect)
    }

    typealias TDX = SyntheticImage.TDXSection
    private static let hob = TDX(address: 0x9000, size: 0x2000, type: 2)
    private static let temporary = TDX(address: 0xC000, size: 0x1000, type: 3)

    struct TDXCase: Sendable {
        let added: TDX?
        let defect: String?
    }

    /// Each adds one section to metadata that is right.
    private static let tdxCases: [TDXCase] = [
        TDXCase(added: nil, defect: nil),
        TDXCase(
            added: TDX(address: 0x1000, size: 0x1000, type: 5),
            defect: "QEMU does not know type 5 section 0x1000-0x2000",
        ),
        TDXCase(
            added: TDX(address: 0x1000, size: 0x1000, type: 3, attributes: 2),
            defect: "QEMU does not know TEMP_MEM section 0x1000-0x2000",
        ),
        TDXCase(
            added: TDX(raw: 1, address: 0x1000, size: 0x1000, type: 3),
            defect: "TEMP_MEM section 0x1000-0x2000 takes 1 bytes from the image"
                + " for 4096 bytes of memory",
        ),
        TDXCase(
            added: TDX(raw: 0x2000, address: 0x1000, size: 0x1000, type: 1),
            defect: "CFV section 0x1000-0x2000 takes 8192 bytes from the image"
                + " for 4096 bytes of memory",
        ),
        TDXCase(
            added: TDX(address: 0x1000, size: 0x1000, type: 1),
            defect: "CFV section 0x1000-0x2000 takes 0 bytes from the image"
                + " for 4096 bytes of memory",
        ),
        TDXCase(
            added: TDX(address: 0x1001, size: 0x1000, type: 3),
            defect: "TEMP_MEM section 0x1001-0x2001 is not made of whole 4 KiB pages",
        ),
        TDXCase(
            added: TDX(address: 0x1000, size: 0, type: 3),
            defect: "TEMP_MEM section 0x1000-0x1000 is not made of whole 4 KiB pages",
        ),
        TDXCase(
            added: TDX(address: .max - 0xFFF, size: .max - 0xFFF, type: 3),
            defect: "TEMP_MEM section 0xfffffffffffff000-0xffffffffffffffff ends above 4 GiB",
        ),
        TDXCase(
            added: TDX(offset: .max, raw: 0x1000, address: 0x1000, size: 0x1000, type: 1),
            defect: "CFV section 0x1000-0x2000 is not in the file"
                + " (expected 4294971391 bytes or more, found 45056)",
        ),
        TDXCase(
            added: TDX(raw: 0x1000, address: 0x1000, size: 0x1000, type: 0),
            defect: "BFV section 0x1000-0x2000 does not end at 4 GiB",
        ),
        TDXCase(
            added: hob,
            defect: "TD_HOB section 0x9000-0xb000 and TD_HOB section 0x9000-0xb000 overlap",
        ),
    ]

    @Test(arguments: tdxCases)
    func `TDX metadata that QEMU could not launch is named`(row: TDXCase) throws {
        let sections = [Self.hob, Self.temporary] + [row.added].compactMap { $0 }
        let image = FirmwareImage(SyntheticImage(tdxSections: sections).build().span)
        let metadata = try #require(image.tdxMetadata.value)
        #expect(metadata.defect(imageByteCount: image.byteCount)?.text == row.defect)
    }

    @Test func `TDX metadata without a hand-off list cannot start a guest`() throws {
        let bytes = SyntheticImage(tdxSections: [Self.temporary]).build()
        let metadata = try #require(FirmwareImage(bytes.span).tdxMetadata.value)
        #expect(metadata.defect(imageByteCount: bytes.count) == .missing(.handOffBlocks))
    }

    @Test func `TDX metadata has to measure the end of the file as code`() throws {
        let code = SyntheticImage().build().count
        let start = UInt64(1 << 32) - UInt64(code)
        let wrong = TDX(
            offset: 0,
            raw: UInt32(code),
            address: start,
            size: UInt64(code),
            type: 0,
            attributes: 1,
        )
        var builder = SyntheticImage(storeByteCount: 0x4000)
        builder.tdxSections = [Self.hob, Self.temporary, wrong]
        var bytes = builder.build()
        // The builder's own code section becomes memory above, so that the wrong one is the only.
        let image = FirmwareImage(bytes.span)
        let metadata = try #require(image.tdxMetadata.value)
        let own = try #require(metadata.sections.firstIndex { $0.kind == .code })
        let descriptor = bytes.count - SyntheticImage.tdxDistance + 16 + own * 32
        bytes.write(littleEndian(UInt32(0)), at: descriptor)
        let changed = try #require(FirmwareImage(bytes.span).tdxMetadata.value)
        guard case .codeNotAtEnd = changed.defect(imageByteCount: bytes.count) else {
            Issue.record("\(String(describing: changed.defect(imageByteCount: bytes.count)))")
            return
        }
    }

    @Test func `TDX metadata of a whole file does not fit its code alone`() throws {
        let whole = SyntheticImage(storeByteCount: 0x4000).build()
        let code = Array(whole[0x4000...])
        let metadata = try #require(FirmwareImage(code.span).tdxMetadata.value)
        guard case .outsideImage = metadata.defect(imageByteCount: code.count) else {
            Issue.record("\(String(describing: metadata.defect(imageByteCount: code.count)))")
            return
        }
        #expect(FirmwareImage(code.span).expectedVariableStoreByteCount == 0x4000)
    }
}

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

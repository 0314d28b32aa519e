import Planning
import Testing

struct QCOW2HeaderTests {
    /// Magic, version, no backing file, clusters of 64 KiB, the disk's size.
    private func header(
        version: UInt8,
        size: [UInt8],
        magic: [UInt8] = [0x51, 0x46, 0x49, 0xFB],
    ) -> [UInt8] {
        magic + [0, 0, 0, version] + Array(repeating: 0, count: 12) + [0, 0, 0, 16] + size
    }

    private let size: [UInt8] = [0, 0, 0, 0, 0, 0x08, 0x40, 0]

    @Test(arguments: [2, 3] as [UInt8])
    func `the size of the disk is read`(version: UInt8) {
        let bytes = header(version: version, size: size)
        #expect(bytes.count == QCOW2Header.byteCount)
        #expect(QCOW2Header(bytes.span)?.diskByteCount == 540_672)
    }

    @Test func `the largest size is no trap`() {
        let bytes = header(version: 3, size: Array(repeating: 0xFF, count: 8))
        #expect(QCOW2Header(bytes.span)?.diskByteCount == .max)
    }

    @Test(arguments: [0, 1, 4] as [UInt8])
    func `other versions are not understood`(version: UInt8) {
        #expect(QCOW2Header(header(version: version, size: size).span) == nil)
    }

    @Test func `what is not qcow2 has no such size`() {
        let bytes = header(version: 3, size: size, magic: [0x51, 0x45, 0x44, 0])
        #expect(QCOW2Header(bytes.span) == nil)
    }

    @Test(arguments: 0..<QCOW2Header.byteCount)
    func `a header cut short is none`(count: Int) {
        let bytes = Array(header(version: 3, size: size).prefix(count))
        #expect(QCOW2Header(bytes.span) == nil)
    }
}

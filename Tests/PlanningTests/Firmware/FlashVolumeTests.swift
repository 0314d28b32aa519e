import Testing

@testable import Planning

struct FlashVolumeTests {
    private static let sound = SyntheticImage().volume(0x4000, name: FlashVolume.Name.main)

    /// The header spoiled at one place, with a checksum that fits the spoiled bytes.
    private func header(_ bytes: [UInt8], at offset: Int) -> VolumeHeader {
        var image = Self.sound
        image.write(bytes, at: offset)
        image.fixVolumeChecksum()
        return VolumeHeader(at: 0, of: image.span)
    }

    @Test func `a sound header is read`() throws {
        guard case .sound(let volume) = VolumeHeader(at: 0, of: Self.sound.span) else {
            Issue.record("not sound")
            return
        }
        #expect(volume.byteCount == 0x4000)
        #expect(volume.fileSystem == .firmware(version: 2))
        #expect(volume.name == FlashVolume.Name.main)
        #expect(!volume.startsWithCode)
    }

    @Test func `every single wrong bit in the header is seen`() {
        for bit in 0..<(0x48 * 8) where !(0x28 * 8..<0x2C * 8).contains(bit) {
            var image = Self.sound
            image[bit / 8] ^= 1 << (bit % 8)
            #expect(VolumeHeader(at: 0, of: image.span) == .damaged, "bit \(bit)")
        }
    }

    @Test(arguments: [0, 1, 0x46, 0x49, 0x7FFF, 0xFFFE, 0xFFFF])
    func `a header length that cannot be is damage`(length: Int) {
        var image = Self.sound
        image.write(littleEndian(UInt16(length)), at: 0x30)
        #expect(VolumeHeader(at: 0, of: image.span) == .damaged)
    }

    @Test(arguments: [0, 1, 0x47, 1 << 32, 1 << 63 - 1, 1 << 63, .max] as [UInt64])
    func `a volume length that cannot be is damage`(length: UInt64) {
        #expect(header(littleEndian(length), at: 0x20) == .damaged)
    }

    @Test(arguments: [0x4001, 0x4000_0000] as [UInt64])
    func `a volume that goes on after the end is truncated`(length: UInt64) {
        guard case .truncated(let volume) = header(littleEndian(length), at: 0x20) else {
            Issue.record("not truncated")
            return
        }
        #expect(volume.end == Int(length))
    }

    @Test(arguments: [0, 1, 0x47, 0x3FF1, 0xFFFF])
    func `an extended header outside of the volume is no name`(offset: Int) {
        guard case .sound(let volume) = header(littleEndian(UInt16(offset)), at: 0x34) else {
            Issue.record("not sound")
            return
        }
        #expect(volume.name == nil)
    }

    @Test func `a volume of one header's length does not stop the search`() {
        var small = Self.sound
        small.write(littleEndian(UInt64(0x48)), at: 0x20)
        small.fixVolumeChecksum()
        let layout = VolumeLayout(of: (small + Self.sound).span)
        #expect(layout.volumes.map(\.offset) == [0, 0x4000])
        #expect(!layout.isContiguous)
    }

    @Test func `a header inside of a volume is not looked at`() {
        var image = Self.sound
        image.write(Array(Self.sound.prefix(0x1000)), at: 0x1000)
        #expect(VolumeLayout(of: image.span).volumes.count == 1)
    }

    @Test func `damage is told with its place`() {
        var image = Self.sound + Self.sound
        image[0x4000 + 0x2D] ^= 1
        let layout = VolumeLayout(of: image.span)
        #expect(layout.volumes.count == 1)
        #expect(layout.damagedOffset == 0x4000)
    }

    @Test func `cutting a volume at every byte of its header is never sound`() {
        for count in 0..<0x100 {
            let header = VolumeHeader(at: 0, of: Array(Self.sound.prefix(count)).span)
            if case .sound = header { Issue.record("sound with \(count) bytes") }
        }
    }
}

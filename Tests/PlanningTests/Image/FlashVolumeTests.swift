import TestSupport
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

struct FlashVariableStoreTests {
    private static let global = GUID(0x8BE4_DF61, 0x93CA, 0x11D2, 0xAA0D, 0x00E0_9803_2B8C)
    private static let security = GUID(0xD719_B2CB, 0x3D3A, 0x4596, 0xA3BC, 0xDAD0_0E67_656F)
    private static let enrolled =
        SyntheticImage.variable("KEK", vendor: global, data: 3)
        + SyntheticImage.variable("PK", vendor: global)
        + SyntheticImage.variable("db", vendor: security, data: 0)

    private func store(_ variables: [UInt8], byteCount: Int = 0x4000) throws -> FlashVariableStore {
        let image = SyntheticImage.store(byteCount, variables: variables)
        return try #require(FirmwareImage(image.span).variableStore)
    }

    @Test func `an empty store is healthy and has no keys`() throws {
        let store = try store([])
        #expect(store.isAuthenticated && store.isFormatted && store.isHealthy)
        #expect(store.liveVariableCount == 0)
        #expect(store.usedByteCount == 28)
        #expect(!store.hasSecureBootEnrolled)
    }

    @Test func `enrolled keys are found among other variables`() throws {
        let other = SyntheticImage.variable("BootOrder", vendor: Self.global)
        let store = try store(other + Self.enrolled)
        #expect(store.liveVariableCount == 4)
        #expect(store.enrolledKeys.names == ["PK", "KEK", "db"])
        #expect(store.hasSecureBootEnrolled)
    }

    @Test func `a deleted key is not enrolled`() throws {
        let deleted = SyntheticImage.variable("PK", vendor: Self.global, state: 0x3C)
        let store = try store(deleted)
        #expect(store.deletedVariableCount == 1)
        #expect(store.enrolledKeys.isEmpty)
    }

    /// The guest was switched off between the two steps of a change.
    @Test func `a variable that is about to be replaced counts once`() throws {
        let old = SyntheticImage.variable("PK", vendor: Self.global, state: 0x3E)
        let new = SyntheticImage.variable("PK", vendor: Self.global)
        let other = SyntheticImage.variable("PK", vendor: Self.security)
        let both = try store(old + new + other)
        #expect(both.liveVariableCount == 2)
        #expect(both.deletedVariableCount == 1)
        #expect(both.enrolledKeys == .platform)
        #expect(try store(old + other).liveVariableCount == 2)
    }

    @Test(arguments: ["PKX", "P", "pk"])
    func `a name that is only like a key's is none`(name: String) throws {
        let store = try store(SyntheticImage.variable(name, vendor: Self.global))
        #expect(store.enrolledKeys.isEmpty)
    }

    @Test func `a key's name under another vendor is none`() throws {
        let store = try store(SyntheticImage.variable("PK", vendor: Self.security))
        #expect(store.enrolledKeys.isEmpty)
    }

    /// Sizes of name and data that lead nowhere, or round and round.
    @Test(
        arguments: [(.max, 0), (0, .max), (.max, .max), (0x8000_0000, 0x8000_0000)]
            as [(UInt32, UInt32)]
    )
    func `sizes that lead out of the store end the walk`(name: UInt32, data: UInt32) throws {
        var variable = SyntheticImage.variable("PK", vendor: Self.global)
        variable.write(littleEndian(name), at: 36)
        variable.write(littleEndian(data), at: 40)
        let store = try store(Self.enrolled + variable)
        #expect(store.liveVariableCount == 3)
    }

    @Test func `variables without name and data do not loop`() throws {
        var empty = SyntheticImage.variable("", vendor: Self.global, data: 0)
        empty.write(littleEndian(UInt32(0)), at: 36)
        let store = try store((0..<10).flatMap { _ in empty.prefix(60) })
        #expect(store.liveVariableCount == 10)
    }

    @Test(arguments: [0, 27, .max] as [UInt32])
    func `a store size that cannot be is held to the volume`(size: UInt32) throws {
        var image = SyntheticImage.store(0x4000, variables: Self.enrolled)
        image.write(littleEndian(size), at: 0x48 + 16)
        let store = try #require(FirmwareImage(image.span).variableStore)
        #expect(store.liveVariableCount == (size == .max ? 3 : 0))
    }

    @Test func `a store full of variables up to the last byte is read`() throws {
        let variable = SyntheticImage.variable("PK", vendor: Self.global, data: 2)
        let count = (0x2000 - 28) / variable.count + 1
        let store = try store((0..<count).flatMap { _ in variable })
        #expect(store.liveVariableCount == count - 1)
    }
}

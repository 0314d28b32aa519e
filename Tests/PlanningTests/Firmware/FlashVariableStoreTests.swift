import Planning
import Testing

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

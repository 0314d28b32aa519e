import Planning
import Testing

struct VariableStoreFileTests {
    private static let size: UInt64 = 0x8_4000
    private static let zeros = [UInt8](repeating: 0, count: 64)
    private static let erased = [UInt8](repeating: 0xFF, count: 64)
    /// Of a disk of 0x84000 bytes.
    private static let qcow2: [UInt8] = {
        var header = [UInt8](repeating: 0, count: 64)
        header.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
        header.replaceSubrange(24..<32, with: [0, 0, 0, 0, 0, 8, 0x40, 0])
        return header
    }()
    private static let vmdk = Array("KDMV".utf8) + [UInt8](repeating: 0, count: 60)

    private func store(_ drive: ByteString, _ start: [UInt8]) throws -> JudgementContext.Store {
        let value = ByteString("if=pflash,unit=1,file=/vars\(drive)")
        let vector = ArgumentVector(["kvm", "-drive", value])
        let attached = try AttachedFirmware(vector, machine: MachineOptions(vector))
        let store = try #require(try FlashFile(variablesOf: attached, in: vector))
        return JudgementContext.Store(
            store,
            file: VariableStoreFile(start: start, byteCount: Self.size),
        )
    }

    @Test(
        arguments: [
            (",format=raw", zeros, 0x8_4000), ("", zeros, 0x8_4000), ("", qcow2, 0x8_4000),
            (",format=qcow2", qcow2, 0x8_4000), (",format=qcow2", zeros, nil), ("", vmdk, nil),
            (",format=raw,offset=0x4000", zeros, 0x8_0000), (",format=raw", [], 0x8_4000),
        ] as [(ByteString, [UInt8], Int?)]
    )
    func `the guest sees what the format makes of the file`(
        drive: ByteString,
        start: [UInt8],
        byteCount: Int?,
    ) throws {
        let store = try store(drive, start)
        #expect(store.byteCount == byteCount)
        #expect(store.defect == nil)
    }

    @Test(
        arguments: [
            (",format=raw", qcow2, .qcow2), (",format=raw", erased, .erased), ("", erased, .erased),
            // What stands at the offset was not looked at.
            (",format=raw,offset=512", erased, nil),
        ] as [(ByteString, [UInt8], JudgementContext.Store.Defect?)]
    )
    func `what firmware crashes on is known by its first bytes`(
        drive: ByteString,
        start: [UInt8],
        defect: JudgementContext.Store.Defect?,
    ) throws {
        #expect(try store(drive, start).defect == defect)
    }
}

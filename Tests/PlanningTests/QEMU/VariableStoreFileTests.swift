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
    /// The header of a volume of drivers: file system 2, one block of 0x84000 bytes.
    private static let code: [UInt8] = {
        var header = [UInt8](repeating: 0, count: 0x48)
        let fileSystem: [UInt8] = [
            0x78, 0xE5, 0x8C, 0x8C, 0x3D, 0x8A, 0x1C, 0x4F, 0x99, 0x35, 0x89, 0x61, 0x85, 0xC3,
            0x2D,
            0xD3,
        ]
        header.replaceSubrange(16..<32, with: fileSystem)
        header.replaceSubrange(32..<40, with: [0, 0x40, 0x08, 0, 0, 0, 0, 0])
        header.replaceSubrange(40..<44, with: Array("_FVH".utf8))
        header.replaceSubrange(48..<50, with: [0x48, 0])
        header[55] = 2
        header.replaceSubrange(56..<64, with: [1, 0, 0, 0, 0, 0x40, 0x08, 0])
        let sum = stride(from: 0, to: 0x48, by: 2).reduce(UInt16(0)) {
            $0 &+ UInt16(header[$1]) &+ UInt16(header[$1 + 1]) << 8
        }
        let check = 0 &- sum
        header.replaceSubrange(50..<52, with: [UInt8(check & 0xFF), UInt8(check >> 8)])
        return header
    }()
    private static let vmdk = Array("KDMV".utf8) + [UInt8](repeating: 0, count: 60)

    private func store(_ drive: ByteString, _ start: [UInt8]) throws -> JudgementContext.Store {
        let value = ByteString("if=pflash,unit=1,file=/vars\(drive)")
        let vector = QEMUCommandLine(["kvm", "-drive", value])
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
            (",format=raw", code, .code), (",format=raw,size=540672", code, .code),
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

import Planning
import TestSupport
import Testing

struct FlashFileTests {
    private func store(_ words: [ByteString]) throws -> FlashFile? {
        let vector = QEMUCommandLine(["kvm"] + words)
        let attached = try AttachedFirmware(vector, machine: MachineOptions(vector))
        return try FlashFile(variablesOf: attached, in: vector)
    }

    private typealias Case = ([ByteString], FlashFile.Format)

    private static let drives: [Case] = [
        (["-drive", "if=pflash,unit=1,format=raw,file=/vars"], .raw),
        (["-drive", "if=pflash,unit=1,driver=raw,file=/vars"], .raw),
        (["-drive", "if=pflash,unit=1,format=raw,file=file:/vars"], .raw),
        (["-drive", "if=pflash,unit=1,format=raw,file.driver=file,file.filename=/vars"], .raw),
        (["-drive", #"if=pflash,unit=1,format=raw,file=json:{"filename":"/vars"}"#], .raw),
        (
            [
                "-drive",
                #"if=pflash,unit=1,file=json:{"driver":"qcow2",,"file":{"filename":"/vars"}}"#,
            ], .qcow2
        ),
        (["-drive", "if=pflash,unit=1,format=qcow2,file=/vars"], .qcow2),
        (["-drive", "if=pflash,unit=1,format=vmdk,file=/vars"], .other),
        // QEMU looks into the file and guesses.
        (["-drive", "if=pflash,unit=1,file=/vars"], .guessed),
        (["-pflash", "/code", "-pflash", "/vars"], .guessed),
        (["-drive", "if=none,id=v,format=raw,file=/vars", "-machine", "pflash1=v"], .raw),
    ]

    private static let nodes: [(ByteString, FlashFile.Format)] = [
        (
            #"{"driver":"qcow2","node-name":"v","file":{"driver":"file","filename":"/vars"}}"#,
            .qcow2
        ),
        ("driver=raw,node-name=v,file.driver=file,file.filename=/vars", .raw),
        (
            "driver=copy-on-read,node-name=v,file.driver=raw,file.file.filename=/vars",
            .raw
        ),
        ("driver=file,node-name=v,filename=/vars", .raw),
        ("driver=luks,node-name=v,file.driver=file,file.filename=/vars", .other),
    ]

    @Test(arguments: drives + nodes.map { (["-blockdev", $0, "-machine", "pflash1=v"], $1) })
    func `the format of the store's file`(
        words: [ByteString],
        format: FlashFile.Format,
    ) throws {
        let store = try #require(try store(words))
        #expect(store.format == format)
        #expect(store.file == "/vars")
        #expect(store.statedByteCount == nil)
        #expect(store.offset == 0)
    }

    @Test(
        arguments: [
            "nbd://localhost/x", "rbd:pool/image", "json:{", "json:{\"driver\":\"nbd\"}",
        ] as [ByteString]
    )
    func `what a protocol brings is no file`(name: ByteString) throws {
        let drive = ByteString("if=pflash,unit=1,format=raw,file=\(name.escaped)")
        let store = try #require(try store(["-drive", drive]))
        #expect(store.file == nil)
        #expect(store.format == .raw)
    }

    /// A colon behind a slash names no protocol.
    @Test(arguments: ["./a:b", "/dir:x/vars", "file:a:b"] as [ByteString])
    func `a path may have a colon`(name: ByteString) throws {
        let drive = ByteString("if=pflash,unit=1,format=raw,file=\(name.escaped)")
        let expected = name.hasPrefix("file:") ? "a:b" : name
        #expect(try store(["-drive", drive])?.file == expected)
    }

    @Test func `a raw store may begin somewhere in its file`() throws {
        let drive: ByteString = "if=pflash,unit=1,format=raw,offset=64K,size=0.5M,file=/vars"
        let store = try #require(try store(["-drive", drive]))
        #expect(store.offset == 65_536)
        #expect(store.statedByteCount == 524_288)
    }

    @Test func `a machine without a second flash unit has no store`() throws {
        #expect(try store(["-drive", "if=pflash,unit=0,format=raw,file=/code"]) == nil)
    }
}

struct FlashDriveTests {
    @Test(
        arguments: [
            ("-drive if=pflash,unit=0,file=a", [0]),
            ("-drive if=pflash,index=0,file=a", [0]),
            ("-drive if=pflash,unit=0x0 -drive if=pflash,unit=01", [0, 1]),
            ("-drive unit=1,if=pflash -drive if=pflash", [1, 0]),
            ("-drive if=pflash -drive if=pflash", [0, 1]),
            ("-pflash a -pflash b", [0, 1]),
            ("-pflash a -drive if=pflash,unit=1", [0, 1]),
            ("-drive if=none,if=pflash", [0]),
            ("-drive if=pflash,if=none", []),
            ("-drive if=pflash,unit=1,unit=0", [0]),
            ("-drive IF=pflash -drive if=PFLASH -drive pflash -drive if=none,id=pflash", []),
            ("-drive if=pflash,bus=0,unit=1", [1]),
            ("-hda if=pflash -cdrom if=pflash", []),
            ("-name -drive -drive if=pflash", [0]),
        ] as [(String, [UInt64])]
    )
    func `a flash drive has the unit that QEMU gives it`(words: String, units: [UInt64]) throws {
        #expect(
            try FlashDrive.all(in: QEMUCommandLine(commandLine(words: words))).map(\.unit) == units
        )
    }

    @Test(arguments: [
        "if=pflash,unit=x", "if=pflash,unit=", "if=pflash,unit=0,index=0", "if=pflash,bus=1",
        "if=pflash,unit=2", "if=pflash,index=7",
        // QEMU keeps the low 32 bits, so these are unit 0, and the next free one.
        "if=pflash,unit=4294967296", "if=pflash,unit=18446744073709551615", "if=pflash,unit=-1",
        "if=pflash,bus=4294967297",
    ])
    func `a flash drive whose unit is not plain is refused`(value: String) {
        #expect(throws: AttachmentError.self) {
            try FlashDrive.all(in: QEMUCommandLine(commandLine("-drive", ByteString(value))))
        }
    }

    @Test func `the file of -pflash is taken as it is, commas and all`() throws {
        let drives = try FlashDrive.all(
            in: QEMUCommandLine(commandLine("-pflash", "/a,if=none,,b"))
        )
        #expect(drives.map { $0.properties["file"] } == ["/a,if=none,,b"])
        #expect(drives.map(\.identifier) == [nil])
    }

    @Test func `a drive goes by its first id`() throws {
        let drives = try FlashDrive.all(
            in: QEMUCommandLine(commandLine("-drive", "if=pflash,id=a,id=b"))
        )
        #expect(drives.map(\.identifier) == ["a"])
    }

    @Test func `an option without its value is no drive`() throws {
        #expect(try FlashDrive.all(in: QEMUCommandLine(commandLine("-drive"))).isEmpty)
        #expect(try FlashDrive.all(in: QEMUCommandLine(commandLine("-pflash"))).isEmpty)
    }
}

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
    private static let noise: [UInt8] = .noise(4096)
    private static let sound = Array(SyntheticImage.store().prefix(4096))
    private static let vmdk = Array("KDMV".utf8) + [UInt8](repeating: 0, count: 60)

    private func store(
        _ drive: ByteString,
        _ start: [UInt8]
    ) throws -> JudgementContext.VariableStoreFacts {
        let value = ByteString("if=pflash,unit=1,file=/vars\(drive)")
        let vector = QEMUCommandLine(["kvm", "-drive", value])
        let attached = try AttachedFirmware(vector, machine: MachineOptions(vector))
        let store = try #require(try FlashFile(variablesOf: attached, in: vector))
        return JudgementContext.VariableStoreFacts(
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
            (",format=raw", noise, .damaged(.noVolume)), ("", noise, .damaged(.noVolume)),
            (
                ",format=raw,size=131072", sound,
                .damaged(.volumeLength(found: 0x8_4000, expected: 0x2_0000))
            ),
            (",format=raw", sound, nil), (",format=raw,size=540672", sound, nil),
            (",format=qcow2", noise, nil),
            // What stands at the offset was not looked at.
            (",format=raw,offset=512", erased, nil),
        ] as [(ByteString, [UInt8], JudgementContext.VariableStoreFacts.Defect?)]
    )
    func `what firmware crashes on is known by its first bytes`(
        drive: ByteString,
        start: [UInt8],
        defect: JudgementContext.VariableStoreFacts.Defect?,
    ) throws {
        #expect(try store(drive, start).defect == defect)
    }
}

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

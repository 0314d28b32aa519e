import Planning
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

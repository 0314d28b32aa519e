import Planning
import Testing

struct AttachedVariableStoreTests {
    private func store(_ words: [ByteString]) throws -> AttachedVariableStore? {
        let vector = ArgumentVector(["kvm"] + words)
        let attached = try AttachedFirmware(vector, machine: MachineOptions(vector))
        return try AttachedVariableStore(attached, in: vector)
    }

    @Test(
        arguments: [
            (["-drive", "if=pflash,unit=1,format=raw,file=/vars"], .raw),
            (["-drive", "if=pflash,unit=1,format=qcow2,file=/vars"], .qcow2),
            (["-drive", "if=pflash,unit=1,format=vmdk,file=/vars"], .vmdk),
            // QEMU looks into the file and guesses.
            (["-drive", "if=pflash,unit=1,file=/vars"], nil),
            (["-drive", "if=none,id=v,format=raw,file=/vars", "-machine", "pflash1=v"], .raw),
            (
                [
                    "-blockdev",
                    #"{"driver":"qcow2","node-name":"v","file":{"driver":"file","filename":"/vars"}}"#,
                    "-machine", "pflash1=v",
                ], .qcow2
            ),
            (
                [
                    "-blockdev",
                    "driver=raw,node-name=v,file.driver=file,file.filename=/vars",
                    "-machine", "pflash1=v",
                ], .raw
            ),
            (
                ["-blockdev", "driver=file,node-name=v,filename=/vars", "-machine", "pflash1=v"],
                .raw
            ),
            (
                [
                    "-blockdev",
                    "driver=luks,node-name=v,file.driver=file,file.filename=/vars",
                    "-machine", "pflash1=v",
                ], nil
            ),
        ] as [([ByteString], ImageFormat?)]
    )
    func `the format of the store's file`(
        words: [ByteString],
        format: ImageFormat?,
    ) throws {
        let store = try #require(try store(words))
        #expect(store.format == format)
        #expect(store.file == "/vars")
        #expect(store.statedByteCount == nil)
    }

    @Test func `a machine without a second flash unit has no store`() throws {
        #expect(try store(["-drive", "if=pflash,unit=0,format=raw,file=/code"]) == nil)
    }
}

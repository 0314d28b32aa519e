import Planning
import Testing

struct KernelHashesTests {
    private func hashes(_ commandLine: ByteString?) -> KernelHashes {
        let kernel: [UInt8] = [1, 2, 3]
        let initrd: [UInt8] = []
        return KernelHashes(
            kernel: kernel.span,
            initrd: initrd.span,
            commandLine: commandLine,
        )
    }

    @Test func `the table has its three entries in QEMU's order and is padded`() {
        let hashes = hashes("quiet")
        let table = hashes.table
        #expect(table.count == 176)
        #expect(Array(table[16..<18]) == [168, 0])
        #expect(Array(table[36..<68]) == hashes.commandLine)
        #expect(Array(table[86..<118]) == hashes.initrd)
        #expect(Array(table[136..<168]) == hashes.kernel)
        #expect(table[168...].allSatisfy { $0 == 0 })
    }

    @Test func `no command line is an empty one with its NUL`() {
        #expect(hashes(nil) == hashes(""))
        #expect(
            hexadecimal(hashes(nil).commandLine)
                == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        )
    }
}

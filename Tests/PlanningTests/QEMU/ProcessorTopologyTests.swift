import Planning
import Testing

struct ProcessorTopologyTests {
    private func count(_ words: [ByteString]) -> Int? {
        ProcessorTopology.processorCount(in: QEMUCommandLine(["qemu"] + words))
    }

    @Test(
        arguments: [
            ([], 1), (["-smp", "4"], 4), (["-smp", "4,sockets=1,cores=4,maxcpus=8"], 4),
            (["-smp", "cpus=3"], 3), (["-smp", "sockets=2,cores=4"], 8),
            (["-smp", "maxcpus=6"], 6),
            (["-smp", "4", "-smp", "cores=2"], 4), (["-smp", "4", "-smp", "2"], 2),
            (["-machine", "q35,smp.cpus=5"], 5), (["-smp", "2", "-M", "smp.cpus=5"], 5),
            (["-smp", "0x10"], 16),
        ] as [([ByteString], Int)]
    )
    func `the CPUs at the start are counted as QEMU counts them`(words: [ByteString], number: Int) {
        #expect(count(words) == number)
    }

    @Test(
        arguments: [
            "", "0", "-1", "x", "4,cores=x", "sockets=0", "99999999999999999999",
            "sockets=9223372036854775807,cores=9223372036854775807",
        ] as [ByteString]
    )
    func `what QEMU refuses is not counted`(value: ByteString) {
        #expect(count(["-smp", value]) == nil || value.isEmpty)
    }
}

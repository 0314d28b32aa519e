import Planning
import Testing

/// The tables of what passes with custom firmware, held against the lists that they are made from.
struct AuditTableTests {
    @Test func `every option has its row`() {
        let names = Set(QEMUOption.table.map(\.name))
        #expect(Set(QEMUOption.audit.keys) == names)
    }

    @Test func `every row has its reason`() {
        let verdicts =
            Array(QEMUOption.audit.values) + Array(QEMUObject.table.values)
            + Array(MachineProperty.table.values) + Array(MachineProperty.accelerators.values)
        for verdict in verdicts {
            switch verdict {
            case .harmless(let reason), .examined(let reason), .debugging(let reason),
                .refused(let reason):
                #expect(!reason.isEmpty && !reason.hasSuffix("."))
            }
        }
        #expect(QEMUDevice.Bus.allCases.allSatisfy { !$0.reason.isEmpty })
        #expect(GlobalProperty.board.values.allSatisfy { $0.values.allSatisfy { !$0.isEmpty } })
    }

    @Test(arguments: ["e1000-82540em", "virtio-net", "ahci", "virtio-blk"] as [ByteString])
    func `a device goes by its other names too`(alias: ByteString) {
        #expect(QEMUDevice.named(alias) != nil)
    }

    @Test(
        arguments: ["", "E1000", "e1000 ", "isa-device", "device", "x86_64-cpu", "-x86_64-cpu"]
            as [ByteString]
    )
    func `what is no device's name has no row`(name: ByteString) {
        #expect(QEMUDevice.named(name) == nil)
    }
}

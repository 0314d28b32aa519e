import Planning
import Testing

struct HelperProgramTests {
    @Test(
        arguments: [
            (["-netdev", "bridge,id=n,helper=/opt/h"], ["/opt/h"]),
            (["-netdev", "tap,id=n,helper=/opt/h --br=br0"], ["/opt/h"]),
            (["-nic", "tap,script=/opt/up,downscript=no"], ["/opt/up"]),
            (["-nic", "tap"], ["/etc/qemu-ifup", "/etc/qemu-ifdown"]),
            (["-netdev", #"{"type":"bridge","id":"n","helper":"/opt/h"}"#], ["/opt/h"]),
            (["-netdev", "tap,id=n,fd=3"], []), (["-netdev", "user,id=n"], []),
            (["-netdev", "tap,id=n,script=no,downscript=no"], []),
            (["-incoming", "exec:sudo -n cat /x"], ["sudo"]),
            (["-incoming", "exec: /bin/cat"], ["/bin/cat"]),
            (["-incoming", "tcp:0:1"], []), (["-m", "512"], []),
        ] as [([ByteString], [ByteString])]
    )
    func `what QEMU starts is read off its options`(words: [ByteString], programs: [ByteString]) {
        let helpers = QEMUCommandLine(["kvm"] + words).helpers
        #expect(helpers.map(\.candidates) == programs.map { [$0] })
    }

    @Test func `the bridge helper has its place in each build of QEMU`() throws {
        let helpers = QEMUCommandLine(["kvm", "-netdev", "bridge,id=n"]).helpers
        let helper = try #require(helpers.first)
        #expect(helper.candidates.contains("/usr/lib/qemu/qemu-bridge-helper"))
        #expect(helper.option == "'-netdev bridge,id=n'")
    }
}

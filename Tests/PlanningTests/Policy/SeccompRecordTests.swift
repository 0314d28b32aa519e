import Planning
import Testing

struct SeccompRecordTests {
    static let kernel: ByteString = """
        [ 5128.531702] audit: type=1326 audit(1795391073.491:30943): auid=4294967295 uid=0 gid=0 \
        ses=4294967295 pid=17739 comm="qemu-system-x86" exe="/usr/bin/qemu-system-x86_64" sig=31 \
        arch=c000003e syscall=165 compat=0 ip=0x7f526da43ad7 code=0x80000000
        """

    static let auditd: ByteString = """
        type=SECCOMP msg=audit(1795391073.491:30943): auid=4294967295 uid=0 gid=0 ses=4294967295 \
        subj=unconfined pid=4242 comm=43505520302F4B564D exe="/usr/bin/qemu-system-x86_64" sig=0 \
        arch=c000003e syscall=41 compat=0 ip=0x7f code=0x50001\u{1D}AUID="unset" ARCH=x86_64 \
        SYSCALL=socket
        """

    @Test func `a record of the kernel's log is read`() throws {
        let record = try #require(SeccompRecord(parsing: Self.kernel))
        #expect(record.processID == 17_739)
        #expect(record.comm == "qemu-system-x86")
        #expect(record.executable == "/usr/bin/qemu-system-x86_64")
        #expect(record.signal == 31)
        #expect(record.number == 165)
        #expect(record.architecture == 0xC000_003E)
        #expect(record.action == 0x8000_0000)
    }

    @Test func `a record of auditd is read`() throws {
        let record = try #require(SeccompRecord(parsing: Self.auditd))
        #expect(record.processID == 4_242)
        #expect(record.comm == "CPU 0/KVM")
        #expect(record.number == 41)
        #expect(record.action == 0x0005_0001)
    }

    @Test func `the number -1 is what it is`() throws {
        let line = ByteString(
            "type=1326 pid=1 comm=\"x\" arch=c000003e syscall=-1 code=0x50026"
        )
        #expect(try #require(SeccompRecord(parsing: line)).number == .max)
    }

    @Test(
        arguments: [
            "", "\n", "type=1326", "type=1300 pid=1 arch=c000003e syscall=1 code=0x50001",
            "type=1326 pid=1 arch=zz syscall=1 code=0x50001",
            "type=1326 pid=1 arch=c000003e syscall=99999999999 code=0x50001",
            "type=1326 pid=1 arch=c000003e syscall=1 code=",
            "type=1326 pid=1 arch=c000003e syscall=1 code=0",
            "type=1326 pid= arch= syscall= code=",
            "=", "= =", "\"", "type=\"1326", "type=1326 comm=\"",
        ] as [ByteString]
    )
    func `what is no record is none`(line: ByteString) {
        #expect(SeccompRecord(parsing: line) == nil)
    }

    @Test func `bytes that are no text do no harm`() {
        let noise = ByteString((0...255).map(UInt8.init))
        #expect(SeccompRecord(parsing: noise) == nil)
        let line = ByteString(Self.kernel.bytes + [0x20, 0xFF, 0x3D, 0xFE])
        #expect(SeccompRecord(parsing: line) != nil)
    }
}

import Planning
import Testing

struct ForegroundCommandLineTests {
    @Test(
        arguments: [
            (["kvm", "-daemonize", "-m", "1"], ["kvm", "-m", "1", "-serial", "mon:stdio"]),
            (["kvm", "-serial", "none"], ["kvm", "-serial", "none"]),
            (["kvm", "-nographic", "--daemonize"], ["kvm", "-nographic"]),
            (["kvm", "-chardev", "stdio,id=a"], ["kvm", "-chardev", "stdio,id=a"]),
            (["kvm", "-monitor", "stdio"], ["kvm", "-monitor", "stdio"]),
            (
                ["kvm", "-chardev", "socket,id=stdio,path=/x"],
                ["kvm", "-chardev", "socket,id=stdio,path=/x", "-serial", "mon:stdio"]
            ),
            // The value of another option, not an option.
            (
                ["kvm", "-name", "-daemonize"],
                ["kvm", "-name", "-daemonize", "-serial", "mon:stdio"]
            ),
        ] as [([ByteString], [ByteString])]
    )
    func `QEMU stays on the terminal`(before: [ByteString], after: [ByteString]) {
        #expect(ForegroundCommandLine(before, withSerial: true).words == after)
    }

    @Test func `without a serial port it only stays in the foreground`() {
        let line = ForegroundCommandLine(["kvm", "-daemonize"], withSerial: false)
        #expect(line.words == ["kvm"])
    }
}

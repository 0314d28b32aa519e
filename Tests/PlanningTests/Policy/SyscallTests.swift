import Planning
import Testing

struct SyscallTests {
    @Test(arguments: [
        (Syscall.read, 0, "read"),
        (.execve, 59, "execve"),
        (._sysctl, 156, "_sysctl"),
        (.io_setup, 206, "io_setup"),
        (.epoll_pwait, 281, "epoll_pwait"),
        (.rseq, 334, "rseq"),
        (.uprobe, 336, "uprobe"),
        (.pidfd_send_signal, 424, "pidfd_send_signal"),
        (.clone3, 435, "clone3"),
        (.rseq_slice_yield, 471, "rseq_slice_yield"),
    ])
    func `a call has the kernel's number and name`(call: Syscall, number: UInt32, name: String) {
        #expect(call.rawValue == number)
        #expect(call.name == name)
    }

    @Test func `the last call is the last`() {
        #expect(Syscall.allCases.map(\.rawValue).max() == Syscall.last.rawValue)
    }

    @Test(arguments: [337, 386, 423, 472, 512, 0x4000_0000, .max] as [UInt32])
    func `a number that is not in use is not a call`(number: UInt32) {
        #expect(Syscall(rawValue: number) == nil)
    }
}

/// Flags of `clone`, from the kernel's include/uapi/linux/sched.h.
enum CloneFlag {
    /// CLONE_VM: parent and child share memory.
    static let sharedMemory: UInt64 = 0x100
    /// CLONE_THREAD: the child is a thread of the parent's process.
    static let thread: UInt64 = 0x1_0000
    /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
    static let namespaces: UInt64 = 0x7E02_0000
    /// What glibc's fork asks for: CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID and SIGCHLD.
    static let fork: UInt32 = 0x0120_0011
    /// CLONE_NEWNET.
    static let newNetwork: UInt32 = 0x4000_0000
    /// All of ``namespaces`` but CLONE_NEWNET and CLONE_NEWNS.
    static let namespacesOtherThanNetworkAndMounts: UInt64 = 0x3E00_0000
}

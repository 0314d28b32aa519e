/// What a call with many functions is asked to do, from the kernel's include/uapi.
enum RequestCode {
    /// KEYCTL_READ of `keyctl`.
    static let readKey: UInt32 = 11
    /// `personality` with this value asks and changes nothing.
    static let currentPersonality: UInt32 = 0xFFFF_FFFF
    /// SECCOMP_FILTER_FLAG_NEW_LISTENER of `seccomp`.
    static let newListener: UInt64 = 1 << 3

    /// TIOCSTI of `ioctl`.
    static let typeIntoTerminal: UInt32 = 0x5412
    /// TIOCLINUX of `ioctl`.
    static let pasteIntoConsole: UInt32 = 0x541C
    /// FIFREEZE and FITHAW of `ioctl`, from include/uapi/linux/fs.h.
    static let freezeFileSystem: UInt32 = 0xC004_5877
    static let thawFileSystem: UInt32 = 0xC004_5878
    /// EXT4_IOC_SHUTDOWN of `ioctl`, which XFS, F2FS, Btrfs and others have too.
    static let shutDownFileSystem: UInt32 = 0x8004_587D
    /// FIOSETOWN and SIOCSPGRP of `ioctl`, from include/uapi/asm-generic/sockios.h.
    static let setOwner: UInt32 = 0x8901
    static let setProcessGroup: UInt32 = 0x8902
    /// USERFAULTFD_IOC_NEW of `ioctl`, on /dev/userfaultfd: from include/uapi/linux/userfaultfd.h.
    static let newUserFault: UInt32 = 0xAA00
    /// KVM_RUN of `ioctl`, from include/uapi/linux/kvm.h.
    static let runProcessor: UInt32 = 0xAE80
    /// LOOP_* and LOOP_CTL_* of `ioctl`: all of type 'L', from include/uapi/linux/loop.h.
    static let loopDevices: UInt32 = 0x4C00
    /// DM_* of `ioctl`: type 0xFD, in both directions, from include/uapi/linux/dm-ioctl.h.
    static let deviceMapper: UInt32 = 0xC000_FD00
    /// DM_MPATH_PROBE_PATHS of `ioctl`, which changes nothing.
    static let probeMultipath: UInt32 = 0xFD12
}

/// What `arch_prctl` and `prctl` are asked for.
enum ProcessRequest {
    // Of arch_prctl, from arch/x86/include/uapi/asm/prctl.h.

    /// ARCH_SET_FS.
    static let setThreadStorage: UInt32 = 0x1002
    /// ARCH_GET_FS.
    static let threadStorage: UInt32 = 0x1003
    /// ARCH_GET_XCOMP_SUPP.
    static let dynamicStates: UInt32 = 0x1021
    /// ARCH_GET_XCOMP_PERM.
    static let permittedStates: UInt32 = 0x1022
    /// ARCH_REQ_XCOMP_PERM.
    static let permitState: UInt32 = 0x1023
    /// ARCH_GET_XCOMP_GUEST_PERM.
    static let permittedGuestStates: UInt32 = 0x1024
    /// ARCH_REQ_XCOMP_GUEST_PERM.
    static let permitGuestState: UInt32 = 0x1025
    /// ARCH_CET_STATUS, which no kernel of kernel.org has.
    static let oldControlFlowStatus: UInt32 = 0x3001
    /// ARCH_SHSTK_ENABLE.
    static let enableShadowStack: UInt32 = 0x5001
    /// ARCH_SHSTK_DISABLE.
    static let disableShadowStack: UInt32 = 0x5002
    /// ARCH_SHSTK_LOCK.
    static let lockShadowStack: UInt32 = 0x5003
    /// ARCH_SHSTK_STATUS.
    static let shadowStackStatus: UInt32 = 0x5005

    // Of prctl, from include/uapi/linux/prctl.h.

    /// PR_SET_PDEATHSIG.
    static let setParentDeathSignal: UInt32 = 1
    /// PR_GET_PDEATHSIG.
    static let parentDeathSignal: UInt32 = 2
    /// PR_GET_DUMPABLE.
    static let isDumpable: UInt32 = 3
    /// PR_SET_DUMPABLE.
    static let setDumpable: UInt32 = 4
    /// PR_GET_KEEPCAPS.
    static let keepsCapabilities: UInt32 = 7
    /// PR_SET_NAME.
    static let setName: UInt32 = 15
    /// PR_GET_NAME.
    static let name: UInt32 = 16
    /// PR_GET_SECCOMP.
    static let seccompMode: UInt32 = 21
    /// PR_SET_SECCOMP.
    static let setSeccomp: UInt32 = 22
    /// PR_CAPBSET_READ.
    static let isInBoundingSet: UInt32 = 23
    /// PR_GET_SECUREBITS.
    static let secureBits: UInt32 = 27
    /// PR_SET_TIMERSLACK.
    static let setTimerSlack: UInt32 = 29
    /// PR_GET_TIMERSLACK.
    static let timerSlack: UInt32 = 30
    /// PR_MCE_KILL.
    static let setMachineCheckPolicy: UInt32 = 33
    /// PR_MCE_KILL_GET.
    static let machineCheckPolicy: UInt32 = 34
    /// PR_SET_MM.
    static let setMemoryMap: UInt32 = 35
    /// PR_SET_NO_NEW_PRIVS.
    static let setNoNewPrivileges: UInt32 = 38
    /// PR_GET_NO_NEW_PRIVS.
    static let noNewPrivileges: UInt32 = 39
    /// PR_GET_TID_ADDRESS.
    static let clearedThreadAddress: UInt32 = 40
    /// PR_SET_THP_DISABLE.
    static let disableHugePages: UInt32 = 41
    /// PR_GET_THP_DISABLE.
    static let hugePagesDisabled: UInt32 = 42
    /// PR_CAP_AMBIENT.
    static let ambientCapabilities: UInt32 = 47
    /// PR_CAP_AMBIENT_IS_SET, of PR_CAP_AMBIENT.
    static let isAmbient: UInt32 = 1
    /// PR_GET_SPECULATION_CTRL.
    static let speculation: UInt32 = 52
    /// PR_SET_SPECULATION_CTRL.
    static let setSpeculation: UInt32 = 53
    /// PR_SET_VMA.
    static let nameMemory: UInt32 = 0x5356_4D41
    /// PR_GET_AUXV.
    static let auxiliaryVector: UInt32 = 0x4155_5856
}

/// Families of sockets, from the kernel's include/linux/socket.h.
enum AddressFamily {
    static let unix: UInt32 = 1
    static let inet: UInt32 = 2
    static let inet6: UInt32 = 10
    static let netlink: UInt32 = 16
    static let can: UInt32 = 29
    static let vsock: UInt32 = 40
    static let xdp: UInt32 = 44
}

/// Types of sockets, from the kernel's include/linux/net.h; flags are in the bits above.
enum SocketType: UInt32 {
    case stream = 1
    case datagram = 2
    case raw = 3

    /// SOCK_TYPE_MASK.
    static let mask: UInt32 = 0xF
}

/// Protocols of IP, from include/uapi/linux/in.h and in6.h.
enum NetworkProtocol {
    static let icmp: UInt32 = 1
    static let icmp6: UInt32 = 58
    static let l2tp: UInt32 = 115
}

/// What a netlink socket talks to, from include/uapi/linux/netlink.h.
enum NetlinkProtocol {
    static let route: UInt32 = 0
    /// NETLINK_KOBJECT_UEVENT.
    static let deviceEvents: UInt32 = 15
    static let generic: UInt32 = 16
    static let rdma: UInt32 = 20
}

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

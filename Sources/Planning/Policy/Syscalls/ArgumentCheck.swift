/// A condition on one argument of a system call: the argument, masked, equals a value.
///
/// There is no ordered comparison on purpose: libseccomp 2.5.4 to 2.6.1 compiles two of them on one
/// argument into a program that allows too much.
package struct ArgumentCheck: Hashable, Sendable {
    /// Which argument, 0 to 5.
    package let index: Int
    package let mask: UInt64
    package let value: UInt64
    /// The value stands for the process ID of the VM, which is known only at its start.
    package let meansOwnProcess: Bool

    /// Holds if `argument & mask == value`; bits of `value` outside `mask` are ignored.
    package init(argument index: Int, masked mask: UInt64, equals value: UInt64) {
        self.init(index, mask, value, meansOwnProcess: false)
    }

    private init(_ index: Int, _ mask: UInt64, _ value: UInt64, meansOwnProcess: Bool) {
        self.index = min(max(index, 0), 5)
        self.mask = mask
        self.value = value & mask
        self.meansOwnProcess = meansOwnProcess
    }

    package func holds(for arguments: [UInt64]) -> Bool {
        index < arguments.count && arguments[index] & mask == value
    }
}

extension ArgumentCheck {
    /// As a condition in C: `a0 == 0x23`, `a1 & 0x8 == 0x8`.
    package var summary: String {
        if meansOwnProcess { return "a\(index) == own process" }
        let left =
            mask == .max || mask == 0xFFFF_FFFF ? "a\(index)" : "a\(index) & \(hexadecimal(mask))"
        return "\(left) == \(hexadecimal(value))"
    }
}

extension ArgumentCheck {
    /// What stands for the process ID until it is known: one above the highest that Linux gives
    /// out (PID_MAX_LIMIT in include/linux/threads.h), so that no process has it.
    package static let unknownProcess: UInt32 = 4_194_304

    /// For a `pid_t`: it is the process that becomes QEMU. A process keeps its ID when it becomes
    /// another program.
    package static func ownProcess(_ index: Int) -> ArgumentCheck {
        ArgumentCheck(index, 0xFFFF_FFFF, UInt64(unknownProcess), meansOwnProcess: true)
    }

    /// The same, with the process ID in its place.
    func resolved(for process: UInt32) -> ArgumentCheck {
        guard meansOwnProcess else { return self }
        return ArgumentCheck(index, mask, UInt64(process), meansOwnProcess: true)
    }

    /// For an `int` or `unsigned int`: the kernel reads the low half of the register and ignores
    /// the rest, so the check does too.
    package static func int(_ index: Int, equals value: UInt32) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: 0xFFFF_FFFF, equals: UInt64(value))
    }

    /// For an `int`, if only some of its bits are compared.
    package static func int(
        _ index: Int,
        masked mask: UInt32,
        equals value: UInt32
    ) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: UInt64(mask), equals: UInt64(value))
    }

    /// For flags: none of `bits` is set.
    package static func flags(_ index: Int, without bits: UInt64) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: bits, equals: 0)
    }

    /// For flags: all of `present` are set and none of `absent`.
    package static func flags(
        _ index: Int,
        with present: UInt64,
        without absent: UInt64
    ) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: present | absent, equals: present)
    }
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

extension ArgumentCheck {
    /// For the second argument of `socket`.
    static func socketType(_ type: SocketType) -> ArgumentCheck {
        .int(1, masked: SocketType.mask, equals: type.rawValue)
    }
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

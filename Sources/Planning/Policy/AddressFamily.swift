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

/// Types of sockets, from the kernel's include/linux/net.h; flags stand in the bits above.
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

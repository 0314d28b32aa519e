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

extension SyscallGroup {
    /// Part of every ruleset: monitors, migration and network storage come and go.
    package static let sockets = SyscallGroup(
        "sockets",
        purpose: "monitors, consoles, networks, migration and network storage",
        rules: [
            .allow(.accept, because: "a client connects"),
            .allow(.accept4, because: "a client connects"),
            .allow(.bind, because: "a listening socket gets its address"),
            .allow(.connect, because: "networks, migration, storage, the journal"),
            .allow(.getpeername, because: "QMP shows who is connected"),
            .allow(.getsockname, because: "QMP shows where it listens"),
            .allow(.getsockopt, because: "credentials and errors of a connection"),
            .allow(.listen, because: "monitors, VNC, NBD, incoming migration"),
            .allow(.recvfrom, because: "networks and their sockets"),
            .allow(.recvmmsg, because: "networks, resolver"),
            .allow(.recvmsg, because: "networks, descriptors passed by the monitor"),
            .allow(.sendmmsg, because: "networks, resolver"),
            .allow(.sendmsg, because: "networks, descriptors passed to vhost-user"),
            .allow(.sendto, because: "networks and their sockets"),
            .allow(.setsockopt, because: "options of a connection"),
            .allow(.shutdown, because: "migration and NBD end a connection"),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.unix),
                because: "monitors, VNC, vhost-user, TPM, journal"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.inet),
                because: "user network, migration, NBD, storage"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.inet6),
                because: "user network, migration, NBD, storage"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.netlink),
                because: "USB devices come and go; addresses for the resolver"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.vsock),
                because: "quotes for TDX, monitors of nested hosts"
            ),
            .deny(.socket, because: "other families: packet, CAN, XDP, Bluetooth, kernel crypto"),
            .allow(.socketpair, because: "threads and libraries wake each other"),
        ]
    )
}

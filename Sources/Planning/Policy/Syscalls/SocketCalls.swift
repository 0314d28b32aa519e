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
                when: .int(0, equals: AddressFamily.inet),
                .socketType(.datagram),
                because: "user network, migration, NBD, storage"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.inet),
                .socketType(.stream),
                because: "user network, migration, NBD, storage"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.inet6),
                .socketType(.datagram),
                because: "user network, migration, NBD, storage"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.inet6),
                .socketType(.stream),
                because: "user network, migration, NBD, storage"
            ),
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.netlink),
                .int(2, equals: NetlinkProtocol.deviceEvents),
                because: "USB devices come and go"
            ),
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.netlink),
                .int(2, equals: NetlinkProtocol.route),
                because: "addresses for the resolver, queues of a network card"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.unix),
                because: "monitors, VNC, vhost-user, TPM, journal"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.vsock),
                because: "quotes for TDX, monitors of nested hosts"
            ),
            .deny(
                .socket,
                because:
                    "other kinds: raw, packet, CAN, XDP, Bluetooth, kernel crypto, other netlink"
            ),
            .allow(
                .socketpair,
                when: .int(0, equals: AddressFamily.unix),
                because: "threads and libraries wake each other"
            ),
            .deny(.socketpair, because: "no program makes pairs of other families"),
        ]
    )

    /// For `-netdev user`, and if QEMU adds that network by itself.
    package static let ping = SyscallGroup(
        "ping",
        purpose: "the guest pings, on a host that lets only root ping",
        demand: "-netdev user",
        capabilities: [
            .keep(
                .net_raw,
                because: "pings go through a raw socket if net.ipv4.ping_group_range leaves"
                    + " root out"
            )
        ],
        rules: [
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.inet),
                .socketType(.raw),
                .int(2, equals: NetworkProtocol.icmp),
                because: "libslirp, if net.ipv4.ping_group_range leaves it out"
            ),
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.inet6),
                .socketType(.raw),
                .int(2, equals: NetworkProtocol.icmp6),
                because: "libslirp, if net.ipv4.ping_group_range leaves it out"
            ),
        ]
    )

    /// For `-netdev l2tpv3` without `udp=on`.
    package static let tunnel = SyscallGroup(
        "l2tpv3",
        purpose: "a network through a tunnel of layer 2, on IP itself",
        demand: "-netdev l2tpv3",
        capabilities: [.keep(.net_raw, because: "L2TP without UDP is a raw socket")],
        rules: [
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.inet),
                .socketType(.raw),
                .int(2, equals: NetworkProtocol.l2tp),
                because: "-netdev l2tpv3"
            ),
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.inet6),
                .socketType(.raw),
                .int(2, equals: NetworkProtocol.l2tp),
                because: "-netdev l2tpv3"
            ),
        ]
    )

    /// For migration and storage over RDMA, and `-device pvrdma`.
    package static let rdma = SyscallGroup(
        "rdma",
        purpose: "migration and devices on RDMA cards",
        demand: "-incoming rdma:, or -device pvrdma",
        capabilities: [.keep(.ipc_lock, because: "RDMA locks the guest's memory")],
        rules: [
            .allow(
                .ioctl,
                when: .requests(ofType: 0x1B),
                because: "libibverbs asks the card's driver (RDMA_VERBS_IOCTL)"
            ),
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.netlink),
                .int(2, equals: NetlinkProtocol.rdma),
                because: "libibverbs asks which cards there are"
            ),
        ]
    )
}

extension SyscallGroup {
    /// For `-netdev af-xdp`.
    package static let afXDP = SyscallGroup(
        "af-xdp",
        purpose: "a network queue of the host's card, past its network stack",
        demand: "-netdev af-xdp",
        capabilities: [
            .keep(.bpf, because: "QEMU loads its program"),
            .keep(.ipc_lock, because: "the card writes into locked memory"),
            .keep(.net_admin, because: "QEMU attaches its program"),
            .keep(.net_raw, because: "AF_XDP sockets (net/xdp/xsk.c)"),
        ],
        rules: [
            .allow(.bpf, because: "-netdev af-xdp loads its program"),
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.netlink),
                .int(2, equals: NetlinkProtocol.generic),
                because: "libbpf asks what the card can do"
            ),
            .allow(.socket, when: .int(0, equals: AddressFamily.xdp), because: "-netdev af-xdp"),
        ]
    )
}

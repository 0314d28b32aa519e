extension FileGroup {
    /// For whatever QEMU starts, which inherits the domain and cannot leave it.
    ///
    /// Measured with strace: `tap_create`, `tap_plug` and `tap_unplug` of Proxmox's PVE::Network
    /// (pve-common of August 2026), with a firewall bridge and a rate, write to /dev/null and to
    /// /proc/sys/net/ipv6/conf/IFACE/disable_ipv6, read /etc, /proc/net/psched and
    /// /sys/class/net/IFACE, and run perl, sh, ip and tc. What its sources do besides is here as
    /// well: bridge ports in /sys, the lock /var/lock/pve-network.lck, bridge and ovs-vsctl, libqb.
    /// Not here is a DHCP zone of Proxmox's SDN, which writes to /etc/dnsmasq.d.
    package static let spawn = FileGroup(
        "spawn",
        purpose: "QEMU starts programs: tap scripts, bridge helper, exec: channels",
        demand: SyscallGroup.spawn.demand,
        rows: [
            .allow(.run, "/usr", because: "programs and their libraries"),
            .allow(.run, "/bin", because: "programs, where /usr has not taken them in"),
            .allow(.run, "/sbin", because: "programs, where /usr has not taken them in"),
            .allow(.run, "/lib", because: "loaders and libraries"),
            .allow(.run, "/lib64", because: "loaders and libraries"),
            .allow(.run, "/var/lib/qemu-server", because: "Proxmox's scripts before 8.3.11"),
            .allow(.run, "/etc/qemu-ifup", because: "QEMU's own name of a tap script"),
            .allow(.run, "/etc/qemu-ifdown", because: "QEMU's own name of a tap script"),
            .allow(.read, "/run/network", because: "ifupdown keeps the state of interfaces here"),
            .allow(.read, "/run/openvswitch", because: "ovs-vsctl finds its server"),
            .allow(.read, "/run/systemd", because: "systemctl looks whether systemd runs"),
            .allow(.device, "/dev/tty", because: "shells"),
            .allow([.read, .own], "/run/lock", because: "locks of bridges and interfaces"),
            .allow([.read, .own], "/dev/shm", because: "libqb, by which perl asks the cluster"),
            .allow(
                [.read, .own, .makePipe],
                "/tmp",
                because: "here documents and files of scripts"
            ),
            .allow(.write, "/proc/sys/net/ipv4/conf", because: "Proxmox sets up an interface"),
            .allow(.write, "/proc/sys/net/ipv6/conf", because: "Proxmox turns IPv6 off on a tap"),
            .allow(
                .write,
                "/sys/devices/virtual/net",
                because: "Proxmox sets up bridge ports in /sys/class/net, which leads here"
            ),
        ]
    )
}

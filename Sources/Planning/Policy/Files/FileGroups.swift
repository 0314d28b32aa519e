extension FileGroup {
    /// What every QEMU opens, and what QMP may make it open at any time.
    package static let runtime = FileGroup(
        "runtime",
        purpose: "programs, libraries, settings and devices of every VM",
        rows: [
            .allow(.read, "/usr", because: "libraries, QEMU's modules and data, time zones"),
            .allow(.read, "/lib", because: "libraries, if they are not in /usr"),
            .allow(.read, "/lib32", because: "libraries, if they are not in /usr"),
            .allow(.read, "/lib64", because: "libraries, if they are not in /usr"),
            .allow(
                .read,
                "/etc",
                because: "settings of QEMU and of libraries; a whole folder, since they are "
                    + "replaced by renaming and a rule is about a file, not its name"
            ),
            .allow(.read, "/run/systemd/resolve", because: "resolv.conf leads here"),
            .allow(.read, "/run/NetworkManager", because: "resolv.conf leads here"),
            .allow(.read, "/run/resolvconf", because: "resolv.conf leads here"),
            .allow(.read, "/run/udev", because: "libusb and libudev find devices"),
            .allow(
                .read,
                "/proc",
                because: "its own state and the kernel's limits; the whole, since -daemonize "
                    + "changes the process's number. /proc/PID/mem is refused by the domain itself"
            ),
            .allow(.read, "/sys/block", because: "limits of disks"),
            .allow(.read, "/sys/bus", because: "devices of the host"),
            .allow(.read, "/sys/class", because: "devices of the host"),
            .allow(.read, "/sys/dev", because: "limits of disks, by number"),
            .allow(.read, "/sys/devices", because: "processors, memory nodes, devices"),
            .allow(.read, "/sys/fs/cgroup", because: "backup libraries count their processors"),
            .allow(.read, "/sys/fs/selinux", because: "libraries check whether SELinux exists"),
            .allow(.read, "/sys/kernel/iommu_groups", because: "groups of passed-through devices"),
            .allow(.read, "/sys/kernel/mm", because: "sizes of huge pages"),
            .allow(.read, "/sys/module", because: "what KVM and vfio can do"),
            .allow(.device, "/dev/null", because: "-daemonize, and programs that want no output"),
            .allow(.device, "/dev/zero", because: "memory of libraries"),
            .allow(.read, "/dev/random", because: "random numbers"),
            .allow(.read, "/dev/urandom", because: "random numbers"),
            .allow(.device, "/dev/kvm", because: "virtualization"),
            .allow(.device, "/dev/sev", because: "SEV guests"),
            .allow(.device, "/dev/sgx_vepc", because: "QEMU checks whether it exists"),
            .allow(.device, "/dev/sgx_provision", because: "attestation of SGX guests"),
            .allow(.device, "/dev/net/tun", because: "a tap network, also one plugged in later"),
            .allow(.device, "/dev/vhost-net", because: "a network, also one plugged in later"),
            .allow(.device, "/dev/vhost-vsock", because: "a vsock, also one plugged in later"),
            .allow(
                [.device, .readFolder],
                "/dev/bus/usb",
                because: "USB devices, plugged at any time"
            ),
            .allow(
                [.read, .own],
                "/dev/hugepages",
                because: "memory in huge pages, also plugged in later"
            ),
            .allow(
                [.read, .own],
                "/run/hugepages",
                because: "memory in huge pages, also plugged in later"
            ),
        ]
    )

    /// For `-id`, which only Proxmox's QEMU has.
    package static let proxmox = FileGroup(
        "proxmox",
        purpose: "what Proxmox makes its VMs use while they run",
        demand: "-id",
        rows: [
            .allow(
                [.read, .own, .listen, .makePipe],
                "/run/qemu-server",
                because: "monitor, VNC, agent and migration sockets, the process number"
            ),
            .allow(.read, "/var/lib/qemu-server", because: "scripts and state of older versions"),
        ]
    )

    /// For a QEMU that stays in the foreground.
    package static let terminal = FileGroup(
        "terminal",
        purpose: "a terminal to talk to",
        demand: "the absence of -daemonize",
        rows: [.allow(.device, "/dev/tty", because: "-serial stdio, curses")]
    )

    /// For displays with windows or OpenGL, and for sound of the host.
    package static let desktop = FileGroup(
        "desktop",
        purpose: "windows, OpenGL and sound through the libraries of the host",
        demand: "-display gtk, sdl, dbus or egl-headless, or -audiodev",
        rows: [
            .allow([.device, .readFolder], "/dev/dri", because: "OpenGL"),
            .allow([.device, .readFolder], "/dev/snd", because: "ALSA"),
            .allow(
                [.read, .own, .listen, .makeFolder],
                "/dev/shm",
                because: "X11, PulseAudio, ALSA and JACK share memory; JACK listens there, too"
            ),
            .allow(.device, "/dev/udmabuf", because: "pictures without a copy"),
            .allow(.device, "/dev/nvidia0", because: "OpenGL of Nvidia's driver"),
            .allow(.device, "/dev/nvidiactl", because: "OpenGL of Nvidia's driver"),
            .allow(.device, "/dev/nvidia-modeset", because: "OpenGL of Nvidia's driver"),
            .allow([.read, .own, .listen], "/run/user", because: "Wayland, PipeWire, D-Bus"),
            .allow(.read, "/var/cache/fontconfig", because: "fonts of windows"),
            .allow(.read, "/var/lib/dbus", because: "D-Bus reads the machine's ID"),
        ]
    )

    /// For `-device vfio-…`.
    package static let vfio = FileGroup(
        "vfio",
        purpose: "devices of the host in the guest",
        demand: "-device vfio-…, -object iommufd or a disk of driver nvme",
        rows: [
            .allow([.device, .readFolder], "/dev/vfio", because: "groups and devices"),
            .allow(.device, "/dev/iommu", because: "iommufd"),
        ]
    )

    /// For pseudo terminals.
    package static let pty = FileGroup(
        "pty",
        purpose: "a pseudo terminal as a serial port or monitor",
        demand: "-chardev pty, -serial pty and the like",
        rows: [
            .allow(.device, "/dev/ptmx", because: "opens a new one"),
            .allow([.device, .readFolder], "/dev/pts", because: "opens its other end"),
        ]
    )

    /// For `-incoming`.
    package static let postcopy = FileGroup(
        "postcopy",
        purpose: "memory arrives after the guest runs",
        demand: "-incoming",
        rows: [.allow(.device, "/dev/userfaultfd", because: "QEMU 8.1 and newer ask here first")]
    )

    /// For `-tpmdev passthrough`.
    package static let tpm = FileGroup(
        "tpm",
        purpose: "the host's TPM in the guest",
        demand: "-tpmdev passthrough",
        rows: [
            .allow(.device, "/dev/tpm0", because: "the TPM where no path is given"),
            .allow(
                .write,
                "/sys/class/tpm/tpm0/device/cancel",
                because: "QEMU cancels a command here, and does not start without"
            ),
            .allow(
                .write,
                "/sys/class/misc/tpm0/device/cancel",
                because: "the same, of older kernels"
            ),
        ]
    )

    /// For `-snapshot`.
    package static let throwaway = FileGroup(
        "throwaway",
        purpose: "what is written is forgotten at the end",
        demand: "-snapshot or snapshot=on of a disk",
        rows: [
            .allow(
                [.read, .own],
                "/tmp",
                because: "QEMU keeps the overlay in a file without a name"
            ),
            .allow([.read, .own], "/var/tmp", because: "the same, of QEMU 7.1 and newer"),
        ]
    )

    /// For `-netdev user,smb=`.
    package static let windowsShare = FileGroup(
        "windows-share",
        purpose: "a folder that the guest sees as a Windows share",
        demand: "smb= of -netdev user",
        rows: [
            .allow(
                [.read, .own, .listen, .makeFolder, .removeFolder],
                "/tmp",
                because: "QEMU makes a folder for all that smbd keeps (net/slirp.c)"
            )
        ]
    )

    package static let features: [FileGroup] = [
        .spawn, .proxmox, .terminal, .desktop, .vfio, .pty, .postcopy, .tpm, .throwaway,
        .windowsShare,
    ]

    package static let all: [FileGroup] = [.runtime] + features
}

extension FileGroup {
    /// For everything that QEMU starts, which inherits the domain and cannot leave it.
    ///
    /// Measured with strace: `tap_create`, `tap_plug` and `tap_unplug` of Proxmox's PVE::Network
    /// (pve-common of August 2026), with a firewall bridge and a rate, write to /dev/null and to
    /// /proc/sys/net/ipv6/conf/IFACE/disable_ipv6, read /etc, /proc/net/psched and
    /// /sys/class/net/IFACE, and run perl, sh, ip and tc. What its sources do besides is here as
    /// well: bridge ports in /sys, the lock /var/lock/pve-network.lck, bridge and ovs-vsctl, libqb.
    /// A DHCP zone of Proxmox's SDN, which writes to /etc/dnsmasq.d, is not covered.
    package static let spawn = FileGroup(
        "spawn",
        purpose: "QEMU starts programs: tap scripts, bridge helper, exec: channels",
        demand: SyscallGroup.spawn.demand,
        rows: [
            .allow(.run, "/usr", because: "programs and their libraries"),
            .allow(.run, "/bin", because: "programs, if they are not in /usr"),
            .allow(.run, "/sbin", because: "programs, if they are not in /usr"),
            .allow(.run, "/lib", because: "loaders and libraries"),
            .allow(.run, "/lib64", because: "loaders and libraries"),
            .allow(.run, "/var/lib/qemu-server", because: "Proxmox's scripts before 8.3.11"),
            .allow(.run, "/etc/qemu-ifup", because: "QEMU's own name of a tap script"),
            .allow(.run, "/etc/qemu-ifdown", because: "QEMU's own name of a tap script"),
            .allow(.read, "/run/network", because: "ifupdown keeps the state of interfaces here"),
            .allow(.read, "/run/openvswitch", because: "ovs-vsctl finds its server"),
            .allow(.read, "/run/systemd", because: "systemctl checks whether systemd runs"),
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

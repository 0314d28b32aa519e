extension SyscallGroup {
    /// What drivers and descriptors may be asked for. Part of every ruleset: devices are plugged in at
    /// any time.
    ///
    /// `ioctl` reaches every driver of the host, and root may open each of their devices. So the
    /// requests that QEMU and its libraries make are listed: a driver's by its type if none of them
    /// reaches beyond the VM's own device, else one by one.
    ///
    /// Sources: `git grep ioctl` over QEMU 7.2, 10.0 and 11.1; the kernel's
    /// Documentation/userspace-api/ioctl/ioctl-number.rst.
    static let requests = SyscallGroup(
        "requests",
        purpose: "requests to drivers of devices, disks and terminals",
        rules: [
            .allow(
                .fcntl,
                when: .int(1, masked: 0xFFFF_FFFC, equals: 0),
                because: "F_DUPFD, F_GETFD, F_SETFD, F_GETFL: descriptors"
            ),
            .allow(
                .fcntl,
                when: .int(1, masked: 0xFFFF_FFFC, equals: 4),
                because: "F_SETFL, and locks of lock files"
            ),
            .allow(
                .fcntl,
                when: .int(1, masked: 0xFFFF_FFFC, equals: 36),
                because: "F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW: image locks"
            ),
            .allow(
                .fcntl,
                when: .int(1, masked: 0xFFFF_FFF8, equals: 1024),
                because: "F_SETLEASE, F_DUPFD_CLOEXEC, F_SETPIPE_SZ, and what is set"
            ),
            .allow(
                .fcntl,
                when: .int(1, masked: 0xFFFF_FFF8, equals: 1032),
                because: "F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS, hints"
            ),
            .deny(
                .fcntl,
                because: "F_SETOWN, F_SETSIG: another process gets a signal about a descriptor"
            ),
            .asked(
                .request(RequestCode.runProcessor),
                because: "every exit of a vCPU: asked first, so that it stays fast"
            ),
            .asked(
                .requests(ofType: 0x21),
                because: "SECCOMP_IOCTL_NOTIF_*: the launcher's thread permits the exec of QEMU"
            ),
            .asked(.requests(ofType: 0xAE), because: "KVM, with SEV and TDX"),
            .asked(.requests(ofType: 0x3B), because: "VFIO and iommufd: passed-through devices"),
            .asked(.requests(ofType: 0xAF), because: "vhost, vhost-vdpa"),
            .asked(.requests(ofType: 0x81), because: "VDUSE exports"),
            .asked(.requests(ofType: 0xA4), because: "the enclave memory of SGX"),
            .asked(
                .writes(ofType: 0x54),
                because: "tap devices (TUN*), terminals (TCSETS2), sound timers"
            ),
            .asked(
                .reads(ofType: 0x54),
                because: "tap devices (TUN*), terminals (TCGETS2), sound timers"
            ),
            .asked(
                .requests(from: 0x5400, count: 4),
                because: "TCGETS, TCSETS, TCSETSW: serial lines, -serial stdio"
            ),
            .asked(.request(0x5404), because: "TCSETSF: serial lines"),
            .asked(
                .requests(from: 0x5408, count: 4),
                because: "TCSETAF, TCSBRK, TCXONC, TCFLSH: serial lines"
            ),
            .asked(
                .requests(from: 0x540C, count: 2),
                because: "TIOCEXCL, TIOCNXCL: a serial line is ours alone"
            ),
            .asked(.request(0x540F), because: "TIOCGPGRP: who has the terminal"),
            .asked(.request(0x5411), because: "TIOCOUTQ, SIOCOUTQ: what has not been sent"),
            .asked(.request(0x5413), because: "TIOCGWINSZ: the terminal's size"),
            .asked(
                .requests(from: 0x5414, count: 4),
                because: "TIOCSWINSZ, TIOCMGET, TIOCMBIS, TIOCMBIC: lines of a serial port"
            ),
            .asked(.request(0x5418), because: "TIOCMSET: lines of a serial port"),
            .asked(.request(0x541B), because: "FIONREAD: what has come in"),
            .asked(.requests(from: 0x5420, count: 2), because: "TIOCPKT, FIONBIO: does not wait"),
            .asked(.request(0x5422), because: "TIOCNOTTY: a helper gives up its terminal"),
            .asked(.requests(from: 0x5424, count: 2), because: "TIOCGETD, TCSBRKP: serial lines"),
            .asked(.request(0x5427), because: "TIOCSBRK: a break on a serial line"),
            .asked(
                .requests(from: 0x5428, count: 2),
                because: "TIOCCBRK, TIOCGSID: the end of it, and the session"
            ),
            .asked(.request(0x5441), because: "TIOCGPTPEER: the other end of a pseudo-terminal"),
            .asked(
                .requests(from: 0x5450, count: 4),
                because: "FIONCLEX, FIOCLEX, FIOASYNC: flags of a descriptor"
            ),
            .asked(
                .requests(from: 0x545C, count: 2),
                because: "TIOCMIWAIT, TIOCGICOUNT: a serial port's lines change"
            ),
            .asked(.request(0x5460), because: "FIOQSIZE: how much a file takes"),
            .asked(
                .requests(ofType: 0x89, withBits: 0x10),
                because: "network interfaces (SIOCGIFINDEX, SIOCBRADDIF, SIOCETHTOOL)"
            ),
            .asked(
                .requests(ofType: 0x89, withBits: 0x20),
                because: "network interfaces (SIOCGIFINDEX, SIOCBRADDIF, SIOCETHTOOL)"
            ),
            .asked(
                .requests(ofType: 0x89, withBits: 0x40),
                because: "network interfaces (SIOCGIFINDEX, SIOCBRADDIF, SIOCETHTOOL)"
            ),
            .asked(
                .requests(ofType: 0x89, withBits: 0x80),
                because: "network interfaces (SIOCGIFINDEX, SIOCBRADDIF, SIOCETHTOOL)"
            ),
            .asked(.request(0x8905), because: "SIOCATMARK: urgent data of a socket"),
            .asked(.request(0x0002), because: "FIGETBSZ: block size of a file system"),
            .asked(.request(0x0301), because: "HDIO_GETGEO: geometry of a disk"),
            .asked(.request(0x125E), because: "BLKROGET: whether a disk may be written"),
            .asked(
                .requests(from: 0x1260, count: 2),
                because: "BLKGETSIZE, BLKFLSBUF: size and flush of a disk"
            ),
            .asked(
                .requests(from: 0x1266, count: 2),
                because: "BLKSECTSET, BLKSECTGET: the longest transfer"
            ),
            .asked(.request(0x1268), because: "BLKSSZGET: sector size"),
            .asked(.request(0x8008_1270), because: "BLKBSZGET: block size"),
            .asked(.request(0x8008_1272), because: "BLKGETSIZE64: size of a disk"),
            .asked(.request(0x1277), because: "BLKDISCARD: discard of a disk"),
            .asked(
                .requests(from: 0x1278, count: 8),
                because: "limits of a disk; BLKSECDISCARD, BLKZEROOUT"
            ),
            .asked(
                .requests(ofType: 0x12, withBits: 0x80),
                because: "zones of a disk (BLKREPORTZONE, BLKRESETZONE)"
            ),
            .asked(.requests(ofType: 0x22), because: "SG_IO: SCSI devices passed through"),
            .asked(
                .requests(ofType: 0x53),
                because: "CD drives, SCSI devices, SEV_ISSUE_CMD, sequencers"
            ),
            .asked(
                .requests(ofType: 0x70, withBits: 0x80),
                because: "parallel ports; persistent reservations of a disk"
            ),
            .asked(
                .request(RequestCode.probeMultipath),
                because: "QEMU 10.1 and newer ask which paths of a multipath disk work"
            ),
            .asked(.request(0x8008_6601), because: "FS_IOC_GETFLAGS: flags of a file"),
            .asked(.request(0xC020_660B), because: "FS_IOC_FIEMAP: holes of an image"),
            .asked(.request(0x8008_7601), because: "FS_IOC_GETVERSION: 9p tells files apart"),
            .asked(
                .request(0x801C_581F),
                because: "FS_IOC_FSGETXATTR: alignment of direct I/O on XFS"
            ),
            .asked(
                .request(0x800C_581E),
                because: "XFS_IOC_DIOINFO: alignment of direct I/O on XFS"
            ),
            .asked(.request(0x4004_9409), because: "FICLONE: a copy that shares its blocks"),
            .asked(.request(0x4020_940D), because: "FICLONERANGE: a copy that shares its blocks"),
            .asked(
                .request(0x8004_E500),
                because: "FUSE_DEV_IOC_CLONE: an export with several queues"
            ),
            .asked(
                .writes(ofType: 0x55),
                because: "USB devices passed through (USBDEVFS_*), mixers"
            ),
            .asked(
                .reads(ofType: 0x55),
                because: "USB devices passed through (USBDEVFS_*), mixers"
            ),
            .asked(.request(0x550B), because: "USBDEVFS_DISCARDURB"),
            .asked(.request(0x5514), because: "USBDEVFS_RESET"),
            .asked(.request(0x551F), because: "USBDEVFS_GET_SPEED"),
            .asked(
                .requests(from: 0x5520, count: 4),
                because: "USBDEVFS_FORBID_SUSPEND, ALLOW_SUSPEND, WAIT_FOR_RESUME"
            ),
            .asked(
                .requests(ofType: 0x45),
                because: "keyboards and mice of -object input-linux (EVIOC*)"
            ),
            .asked(.requests(ofType: 0x6A), because: "joysticks"),
            .asked(.requests(ofType: 0x48), because: "security keys (HIDIOC*), sound cards"),
            .asked(.requests(ofType: 0x41), because: "sound: ALSA"),
            .asked(.requests(ofType: 0x50), because: "sound: OSS"),
            .asked(.requests(ofType: 0x64), because: "graphics: DRM"),
            .asked(.writes(ofType: 0x46), because: "graphics: NVIDIA's driver"),
            .asked(.writes(ofType: 0x6D), because: "graphics: NVIDIA's driver"),
            .asked(.requests(ofType: 0x3E), because: "graphics: fences"),
            .asked(.requests(ofType: 0x62), because: "graphics: buffers that devices share"),
            .asked(.requests(ofType: 0x75), because: "udmabuf: guest memory as such a buffer"),
            .decline(
                .ioctl,
                when: .request(0x4008_6602),
                because: "nocow of a new image, a hint; FS_IOC_SETFLAGS makes files immutable, too"
            ),
            .decline(
                .ioctl,
                when: .request(0x401C_5820),
                because: "FS_IOC_FSSETXATTR: extent size of a new image, a hint; as above"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.typeIntoTerminal),
                because: "types into a terminal, for the shell that comes after"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.pasteIntoConsole),
                because: "pastes into a console, for the shell that comes after"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.setOwner),
                because: "another process gets signals about a descriptor"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.setProcessGroup),
                because: "another process gets signals about a descriptor"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.newUserFault),
                because: "userfaultfd through its device; postcopy, background snapshots"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.freezeFileSystem),
                because: "stops a file system of the host"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.thawFileSystem),
                because: "undoes a freeze that a backup relies on"
            ),
            .deny(
                .ioctl,
                when: .request(RequestCode.shutDownFileSystem),
                because: "ends a file system of the host"
            ),
            .deny(
                .ioctl,
                when: .requests(ofType: 0x4C),
                because: "loop devices: makes disks of files, for the host to mount"
            ),
            .deny(
                .ioctl,
                when: .int(1, masked: 0xC000_FF00, equals: RequestCode.deviceMapper),
                because: "the device mapper: changes what the host's volumes are made of"
            ),
            .deny(
                .ioctl,
                because:
                    "requests that no device of a VM makes: of file systems, partitions, drivers"
            ),
        ]
    )

    /// For what is not in ``requests``: a driver of the host that somebody's QEMU uses. What is
    /// refused there by name stays refused.
    static let otherRequests = SyscallGroup(
        "other-requests",
        purpose: "requests to drivers that usual VMs do not make",
        demand: "only the configuration",
        capabilities: [],
        rules: [
            .allow(.ioctl, because: "the configuration says so")
        ]
    )
}

extension SyscallRule {
    /// A row about `ioctl`: what a driver may be asked for.
    @inline(__always)
    fileprivate static func asked(
        _ check: ArgumentCheck,
        because reason: String
    ) -> SyscallRule {
        .allow(.ioctl, when: check, because: reason)
    }
}

/// What a call that does many things is asked to do, from the kernel's include/uapi.
enum RequestCode {
    /// KEYCTL_READ of `keyctl`.
    static let readKey: UInt32 = 11
    /// TIOCSTI of `ioctl`.
    static let typeIntoTerminal: UInt32 = 0x5412
    /// TIOCLINUX of `ioctl`.
    static let pasteIntoConsole: UInt32 = 0x541C
    /// FIFREEZE and FITHAW of `ioctl`, from include/uapi/linux/fs.h.
    static let freezeFileSystem: UInt32 = 0xC004_5877
    static let thawFileSystem: UInt32 = 0xC004_5878
    /// USERFAULTFD_IOC_NEW of `ioctl`, on /dev/userfaultfd: from include/uapi/linux/userfaultfd.h.
    static let newUserFault: UInt32 = 0xAA00
    /// KVM_RUN of `ioctl`, from include/uapi/linux/kvm.h.
    static let runProcessor: UInt32 = 0xAE80
    /// The bits of a request that say which driver it is for, from include/uapi/asm-generic/ioctl.h.
    static let typeMask: UInt32 = 0x0000_FF00
    /// The same, and in which direction data goes.
    static let directionAndTypeMask: UInt32 = 0xC000_FF00
    /// LOOP_* and LOOP_CTL_* of `ioctl`: all of type 'L', from include/uapi/linux/loop.h.
    static let loopDevices: UInt32 = 0x4C00
    /// DM_* of `ioctl`: type 0xFD, in both directions, from include/uapi/linux/dm-ioctl.h. The probe
    /// of a multipath's paths, which QEMU 10.1 and newer make, goes in no direction.
    static let deviceMapper: UInt32 = 0xC000_FD00
    /// `personality` with this value asks and changes nothing.
    static let currentPersonality: UInt32 = 0xFFFF_FFFF
    /// SECCOMP_FILTER_FLAG_NEW_LISTENER of `seccomp`.
    static let newListener: UInt64 = 1 << 3
}

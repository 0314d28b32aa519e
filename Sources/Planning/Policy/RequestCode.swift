/// What a call that does many things is asked to do, from the kernel's include/uapi.
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

extension ArgumentCheck {
    /// The bits of an `ioctl` request that say which driver it is for, from
    /// include/uapi/asm-generic/ioctl.h.
    private static let typeMask: UInt32 = 0x0000_FF00
    /// That data goes to the kernel, and that it comes from there.
    private static let writing: UInt32 = 0x4000_0000
    private static let reading: UInt32 = 0x8000_0000

    /// For `ioctl`: exactly this request.
    static func request(_ number: UInt32) -> ArgumentCheck { .int(1, equals: number) }

    /// For `ioctl`: any request of a driver.
    static func requests(ofType type: UInt8) -> ArgumentCheck {
        .int(1, masked: typeMask, equals: UInt32(type) << 8)
    }

    /// For `ioctl`: those of a driver's requests that hand data to the kernel.
    static func writes(ofType type: UInt8) -> ArgumentCheck {
        .int(1, masked: typeMask | writing, equals: UInt32(type) << 8 | writing)
    }

    /// For `ioctl`: those of a driver's requests that are answered with data.
    static func reads(ofType type: UInt8) -> ArgumentCheck {
        .int(1, masked: typeMask | reading, equals: UInt32(type) << 8 | reading)
    }

    /// For `ioctl`: requests of a driver whose numbers have `bits` set.
    static func requests(ofType type: UInt8, withBits bits: UInt8) -> ArgumentCheck {
        let value = UInt32(type) << 8 | UInt32(bits)
        return .int(1, masked: typeMask | UInt32(bits), equals: value)
    }

    /// For `ioctl`: a run of requests without data whose numbers differ in their last bits only.
    ///
    /// - Parameter count: a power of two, of which `first` is a multiple.
    static func requests(from first: UInt32, count: UInt32) -> ArgumentCheck {
        .int(1, masked: ~(count - 1), equals: first)
    }
}

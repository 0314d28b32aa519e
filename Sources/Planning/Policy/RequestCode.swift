/// What a call that does many things is asked to do, from the kernel's include/uapi.
enum RequestCode {
    /// PR_SET_MM of `prctl`.
    static let setMemoryMap: UInt32 = 35
    /// KEYCTL_READ of `keyctl`.
    static let readKey: UInt32 = 11
    /// TIOCSTI of `ioctl`.
    static let typeIntoTerminal: UInt32 = 0x5412
    /// TIOCLINUX of `ioctl`.
    static let pasteIntoConsole: UInt32 = 0x541C
    /// `personality` with this value asks and changes nothing.
    static let currentPersonality: UInt32 = 0xFFFF_FFFF
    /// SECCOMP_FILTER_FLAG_NEW_LISTENER of `seccomp`.
    static let newListener: UInt64 = 1 << 3
}

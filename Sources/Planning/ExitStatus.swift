/// What the process reports to its caller, after sysexits.h; 126 and 127 as a shell reports exec.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// The command line is not one the launcher can act on.
    case usage = 64
    /// The image, its checksum or its structure is wrong.
    case imageRefused = 65
    /// The firmware volume is not there.
    case volumeMissing = 66
    /// The kernel lacks a feature that the launch depends on.
    case unavailable = 69
    /// A defect of the launcher itself.
    case software = 70
    /// A system call failed.
    case systemCallFailed = 71
    /// The image is not proven read-only, or something may be changed by others.
    case notPermitted = 77
    /// The configuration is wrong or incomplete.
    case configuration = 78
    /// QEMU is there but could not be started.
    case cannotExecute = 126
    /// QEMU is not there.
    case notFound = 127
}

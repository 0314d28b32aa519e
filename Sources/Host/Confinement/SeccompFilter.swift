internal import CLinux
internal import Glibc
internal import Planning
internal import SystemPackage

/// A filter that the kernel holds for this thread, and for all that it becomes.
enum SeccompFilter {
    /// Loads `program` on top of the filters that are there already.
    ///
    /// - Parameter flags: of `SECCOMP_SET_MODE_FILTER`.
    /// - Returns: with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener's descriptor, else 0.
    static func load(_ program: FilterProgram, flags: Flags) -> Result<Int32, Errno> {
        var instructions = program.instructions.map { instruction in
            sock_filter(
                code: instruction.code,
                jt: instruction.jumpTrue,
                jf: instruction.jumpFalse,
                k: instruction.operand
            )
        }
        return unsafe instructions.withUnsafeMutableBufferPointer { buffer in
            var header = unsafe sock_fprog(
                len: UInt16(clamping: buffer.count),
                filter: buffer.baseAddress
            )
            let result = unsafe seccomp_calls_set_filter(flags.rawValue, &header)
            return result < 0 ? .failure(Errno(rawValue: errno)) : .success(result)
        }
    }

    /// Flags of `SECCOMP_SET_MODE_FILTER`, from include/uapi/linux/seccomp.h.
    struct Flags: OptionSet {
        let rawValue: UInt32

        /// SECCOMP_FILTER_FLAG_LOG: refusals are recorded, as far as the host's
        /// kernel.seccomp.actions_logged lets them be.
        static let log = Flags(rawValue: 1 << 1)
        /// SECCOMP_FILTER_FLAG_NEW_LISTENER: whoever holds the returned descriptor decides.
        static let newListener = Flags(rawValue: 1 << 3)
    }
}

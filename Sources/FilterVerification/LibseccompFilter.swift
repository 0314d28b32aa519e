internal import CLinux
internal import CSeccomp
internal import Glibc
internal import Host
package import Planning
package import SystemPackage

/// A filter that libseccomp makes: a context of its library, with one owner.
@safe struct LibseccompFilter: ~Copyable {
    private let context: UnsafeMutableRawPointer

    /// Values of SCMP_FLTATR_CTL_OPTIMIZE.
    enum Order: UInt32 {
        /// One after the other, as a person reads them.
        case list = 1
        /// As a binary tree, which is what a launcher that used libseccomp would load.
        case tree = 2
    }

    private init(owning context: UnsafeMutableRawPointer) {
        unsafe self.context = context
    }

    /// A filter without rows.
    ///
    /// - Parameters:
    ///   - defaultAction: the answer to every call that no row is about.
    ///   - foreign: the answer to calls of other ABIs.
    ///   - order: in which calls are looked for.
    static func empty(
        default defaultAction: FilterAction,
        foreign: FilterAction,
        order: Order,
    ) throws(LibseccompError) -> LibseccompFilter {
        guard let context = unsafe seccomp_init(defaultAction.returnValue) else {
            throw .failed(operation: "seccomp_init", call: nil, .invalidArgument)
        }
        let filter = unsafe LibseccompFilter(owning: context)
        try filter.set(SCMP_FLTATR_CTL_OPTIMIZE, to: order.rawValue, "SCMP_FLTATR_CTL_OPTIMIZE")
        try filter.set(SCMP_FLTATR_ACT_BADARCH, to: foreign.returnValue, "SCMP_FLTATR_ACT_BADARCH")
        return filter
    }

    deinit {
        unsafe seccomp_release(context)
    }

    private borrowing func set(
        _ attribute: scmp_filter_attr,
        to value: UInt32,
        _ name: StaticString,
    ) throws(LibseccompError) {
        let result = unsafe seccomp_attr_set(context, attribute, value)
        guard result == 0 else {
            throw .failed(operation: "\(name)", call: nil, Errno(rawValue: -result))
        }
    }

    /// - Parameter row: its checks are about different arguments: if two are about the same
    ///   argument, libseccomp takes none.
    borrowing func add(_ row: StatedFilter.Row) throws(LibseccompError) {
        let comparisons = row.checks.map { check in
            scmp_arg_cmp(
                arg: UInt32(truncatingIfNeeded: check.index),
                op: SCMP_CMP_MASKED_EQ,
                datum_a: check.mask,
                datum_b: check.value,
            )
        }
        let result = unsafe seccomp_rule_add_exact_array(
            context,
            row.action.returnValue,
            Int32(bitPattern: row.call.rawValue),
            UInt32(comparisons.count),
            comparisons,
        )
        guard result == 0 else {
            throw .failed(
                operation: "seccomp_rule_add_exact_array",
                call: row.call,
                Errno(rawValue: -result),
            )
        }
    }

    /// The program that it would load.
    borrowing func instructions() throws(LibseccompError) -> [FilterInstruction] {
        let bytes = unsafe try exported("seccomp_export_bpf") { context, file in
            unsafe seccomp_export_bpf(context, file)
        }
        return stride(from: 0, to: bytes.count - 7, by: 8).map { start in
            let operand = bytes[(start + 4)..<(start + 8)].reversed()
            return FilterInstruction(
                code: UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8,
                jumpTrue: bytes[start + 2],
                jumpFalse: bytes[start + 3],
                operand: operand.reduce(0) { (word: UInt32, byte) in word << 8 | UInt32(byte) },
            )
        }
    }

    /// The filter in libseccomp's own pseudo code.
    borrowing func pseudoCode() throws(LibseccompError) -> String {
        let bytes = unsafe try exported("seccomp_export_pfc") { context, file in
            unsafe seccomp_export_pfc(context, file)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What libseccomp writes. Into memory and not into a pipe, which would be full.
    private borrowing func exported(
        _ operation: String,
        _ export: (scmp_filter_ctx?, Int32) -> Int32,
    ) throws(LibseccompError) -> [UInt8] {
        let number = unsafe linux_memfd_create("filter", LINUX_MFD_CLOEXEC)
        guard number >= 0 else {
            throw .failed(operation: "memfd_create", call: nil, Errno(rawValue: errno))
        }
        let file = OwnedDescriptor(takingOver: number)
        let result = unsafe export(context, file.number)
        guard result == 0 else {
            throw .failed(operation: operation, call: nil, Errno(rawValue: -result))
        }
        do throws(Errno) {
            return try file.contentOfMemory()
        } catch {
            throw .failed(operation: "reading the filter", call: nil, error)
        }
    }

    /// `2.5.4`, of the library that is linked.
    static var version: String {
        guard let version = unsafe seccomp_version() else { return "" }
        return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.micro)"
    }
}

extension OwnedDescriptor {
    /// All that was written to a memory file.
    fileprivate borrowing func contentOfMemory() throws(Errno) -> [UInt8] {
        let end = lseek(number, 0, SEEK_END)
        guard end >= 0 else { throw Errno(rawValue: errno) }
        var content = [UInt8](repeating: 0, count: Int(end))
        let number = number
        var filled = 0
        while filled < content.count {
            let count = unsafe content.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    number,
                    buffer.baseAddress.map { unsafe $0 + filled },
                    buffer.count - filled,
                    off_t(filled),
                )
            }
            guard count >= 0 || errno == EINTR else { throw Errno(rawValue: errno) }
            // Nobody else has our memory file, so it does not become shorter.
            guard count != 0 else { throw .ioError }
            filled += max(count, 0)
        }
        return content
    }
}

/// Why libseccomp did not make a filter.
package enum LibseccompError: Failure {
    /// - Parameter call: the system call of the row, if it was about one.
    case failed(operation: String, call: Syscall?, Errno)

    package var message: String {
        switch self {
        case .failed(let operation, let call, let error):
            "libseccomp \(LibseccompFilter.version): \(operation)"
                + (call.map { " for \($0.name)" } ?? "") + " failed: \(error)"
        }
    }

    package var hint: String? { nil }
    package var exitStatus: ExitStatus { .systemCallFailed }
}

package import Planning
package import SystemPackage

/// A failure of the machine during any operation: the operation, its object and the `Errno`.
package enum HostError: Failure {
    /// - Parameter operation: the system call, or its purpose if the call has many uses.
    /// - Parameter path: what it was called on, if that has a name.
    case systemCallFailed(operation: String, path: FilePath?, errno: Errno)
    case kernelFeatureMissing(KernelFeature, errno: Errno)
    /// Every descriptor number that the limit allows is open or reserved.
    case descriptorsExhausted(errno: Errno)
    /// The image is larger than files may be, by a limit of the process (RLIMIT_FSIZE).
    case fileSizeLimited(byteCount: Int, limit: UInt64)
    /// Somebody wrote into our memory file before it was sealed.
    case memoryFileChanged

    package var message: String {
        switch self {
        case .systemCallFailed(let operation, let path?, let errno):
            "\(quoted(path)): \(operation) failed: \(errno)"
        case .systemCallFailed(let operation, nil, let errno):
            "\(operation) failed: \(errno)"
        case .kernelFeatureMissing(let feature, let errno):
            "\(feature.rawValue) is not available: \(errno)"
        case .descriptorsExhausted(let errno):
            "no descriptor number is left for the firmware image: \(errno)"
        case .fileSizeLimited(let byteCount, let limit):
            "the image is larger than the limit of file sizes (expected at least \(byteCount)"
                + " bytes, found \(limit))"
        case .memoryFileChanged:
            "another program wrote into the launcher's memory file before it was sealed"
        }
    }

    package var hint: String? {
        switch self {
        case .systemCallFailed: nil
        case .memoryFileChanged: "find out which program opens files of other processes, and end it"
        case .kernelFeatureMissing(let feature, _): feature.hint
        case .descriptorsExhausted: "raise the limit of open files ('ulimit -n')"
        case .fileSizeLimited: "raise the limit of file sizes ('ulimit -f')"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .systemCallFailed, .descriptorsExhausted, .fileSizeLimited: .systemCallFailed
        case .kernelFeatureMissing: .unavailable
        case .memoryFileChanged: .notPermitted
        }
    }
}

/// What the launch needs of the kernel, named as messages name it.
package enum KernelFeature: String, Hashable, Sendable, CaseIterable {
    case openBeneath = "openat2"
    case sealedMemory = "memfd_create with seals"
    case processFileSystem = "/proc"

    var hint: String {
        switch self {
        case .openBeneath:
            "Linux 5.6 or newer is needed; in a container, its seccomp profile may hide the call"
        case .sealedMemory:
            "a kernel built with CONFIG_MEMFD_CREATE is needed; in a container, its seccomp profile"
                + " may hide the call"
        case .processFileSystem:
            "mount proc on /proc: QEMU opens the verified image as /proc/self/fd/N"
        }
    }
}

/// A path in a message: quoted, printable, on one line.
func quoted(_ path: FilePath) -> String { quoted(path.string) }

/// Runs `body`; what it throws is thrown in the caller's terms.
///
/// - Parameter translate: gives the failure its subject: the path, the image, the operation.
func rethrowing<Value: ~Copyable, Inner: Error, Outer: Error>(
    as translate: (Inner) -> Outer,
    _ body: () throws(Inner) -> Value,
) throws(Outer) -> Value {
    do throws(Inner) {
        return try body()
    } catch {
        throw translate(error)
    }
}

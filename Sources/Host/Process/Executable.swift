import CLinux
import Glibc
package import Planning
package import SystemPackage

/// A program that exists and is not the launcher: what the launcher may become.
package struct Executable: Hashable, Sendable {
    /// Executed by path, so that the process is named after its last component: Proxmox's memory
    /// tuning looks for processes called `kvm`.
    package let path: FilePath

    /// - Parameter candidates: tried in order; the next one only if the one before does not exist.
    ///   One that exists but is unusable is an error, and never skipped.
    package init(firstOf candidates: [FilePath]) throws(LaunchFailure) {
        for candidate in candidates {
            guard let status = try Self.status(of: candidate) else { continue }
            guard status.type == .regular else {
                throw LaunchFailure(
                    ExecutionError.notRegularFile(path: candidate, found: status.type)
                )
            }
            guard try !status.isSameFile(as: Self.launcher()) else {
                throw LaunchFailure(ExecutionError.isLauncherItself(path: candidate))
            }
            path = candidate
            return
        }
        throw LaunchFailure(ExecutionError.notFound(tried: candidates))
    }

    /// For who asks on the launcher's behalf, and is another program itself.
    package func requireOtherThanInstalledLauncher() throws(LaunchFailure) {
        guard let status = try Self.status(of: path), InstalledLauncher.isIt(status) else { return }
        throw LaunchFailure(ExecutionError.isLauncherItself(path: path))
    }

    /// - Returns: `nil` if there is no such file.
    private static func status(of path: FilePath) throws(LaunchFailure) -> Stat? {
        do throws(Errno) {
            return try OwnedDescriptor(opening: path, flags: LINUX_O_PATH).status()
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw LaunchFailure(ExecutionError.failed(operation: "open", path: path, errno: error))
        }
    }

    private static func launcher() throws(LaunchFailure) -> Stat {
        do throws(Errno) {
            return try Stat(at: "/proc/self/exe")
        } catch .noSuchFileOrDirectory {
            throw LaunchFailure(
                HostError.kernelFeatureMissing(.processFileSystem, errno: .noSuchFileOrDirectory)
            )
        } catch {
            throw LaunchFailure(
                HostError.systemCallFailed(operation: "stat", path: "/proc/self/exe", errno: error)
            )
        }
    }
}

extension Executable {
    /// Becomes the program, in place: same process, same standard streams, same descriptors.
    ///
    /// - Parameter arguments: all of argv; argv[0] is the caller's, because QEMU chooses its
    ///   accelerator by it.
    /// - Parameter environment: all of it; nothing of the launcher's own is added.
    /// - Parameter confinement: that the filter is loaded, or that the configuration wants none.
    /// - Parameter image: what the program inherits besides the caller's descriptors. It is held
    ///   here so that it cannot be closed before.
    package func execute(
        arguments: [ByteString],
        environment: [ByteString],
        inheriting image: consuming ImageDescriptor?,
        under confinement: consuming Confinement,
    ) throws(ExecutionError) -> Never {
        for texts in [arguments, environment] {
            for text in texts where text.containsNUL { throw .containsNUL(text) }
        }
        let argumentVector = CStringVector(arguments)
        let environmentVector = CStringVector(environment)
        let error = unsafe path.withPlatformString { path in
            unsafe argumentVector.withPointers { arguments in
                unsafe environmentVector.withPointers { environment in
                    _ = unsafe execve(path, arguments, environment)
                    return Errno(rawValue: errno)
                }
            }
        }
        withExtendedLifetime(image) {}
        guard !confinement.refused(with: error) else { throw .notPermitted(path: path) }
        throw .failed(operation: "execve", path: path, errno: error)
    }
}

extension ByteString {
    /// With memchr(3), which looks at many bytes at a time: every word is checked.
    fileprivate var containsNUL: Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, 0, bytes.count) != nil
        }
    }
}

/// Why QEMU did not take the launcher's place.
package enum ExecutionError: Failure {
    case notFound(tried: [FilePath])
    case notRegularFile(path: FilePath, found: FileType)
    /// The configured QEMU is the launcher, which would start itself for ever.
    case isLauncherItself(path: FilePath)
    /// - Parameter operation: what failed: `open`, `execve`, ...
    case failed(operation: String, path: FilePath, errno: Errno)
    /// The one exec that the filter permits was not permitted in time.
    case notPermitted(path: FilePath)
    /// An argument or environment entry would end at its NUL, and mean something else.
    case containsNUL(ByteString)

    package var message: String {
        switch self {
        case .notFound(let tried):
            "QEMU \(tried.map { quoted($0) }.joined(separator: ", ")) not found"
        case .notRegularFile(let path, let found):
            "QEMU \(quoted(path)): not a program (found \(found.displayName))"
        case .isLauncherItself(let path):
            "QEMU \(quoted(path)) is the launcher itself"
        case .failed(let operation, let path, let errno):
            "QEMU \(quoted(path)): \(operation) failed: \(errno)"
        case .notPermitted(let path):
            "QEMU \(quoted(path)): the seccomp filter did not permit the exec"
        case .containsNUL(let text):
            "argument contains a NUL: \(quoted(text))"
        }
    }

    package var hint: String? {
        switch self {
        case .notFound, .isLauncherItself:
            "set 'qemu' in the 'launcher:' section of the configuration to QEMU's own path"
        case .failed(_, _, .noSuchFileOrDirectory):
            "the program exists, but the interpreter or loader that it names does not"
        case .notPermitted:
            "something around the launcher may intercept seccomp notifications"
        case .notRegularFile, .failed, .containsNUL: nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .notFound: .notFound
        case .notRegularFile, .failed, .notPermitted: .cannotExecute
        case .isLauncherItself: .configuration
        case .containsNUL: .software
        }
    }
}

/// An array of C strings that ends with a null pointer, as execve(2) takes it.
@safe struct CStringVector: ~Copyable {
    private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let bytes: UnsafeMutablePointer<CChar>

    /// - Parameter strings: without a NUL in any; what follows one would be lost.
    init(_ strings: [ByteString]) {
        unsafe pointers = .allocate(capacity: strings.count + 1)
        unsafe bytes = .allocate(capacity: strings.reduce(0) { $0 + $1.bytes.count + 1 })
        var end = unsafe bytes
        for (index, string) in strings.enumerated() {
            unsafe (pointers + index).initialize(to: end)
            unsafe string.bytes.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(start: end, count: $0.count).copyMemory(
                    from: $0
                )
            }
            unsafe end += string.bytes.count
            unsafe end.initialize(to: 0)
            unsafe end += 1
        }
        unsafe (pointers + strings.count).initialize(to: nil)
    }

    deinit {
        unsafe pointers.deallocate()
        unsafe bytes.deallocate()
    }

    borrowing func withPointers<Result>(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        unsafe body(pointers)
    }
}

/// The launcher where the package has it, for programs that ask on its behalf.
package enum InstalledLauncher {
    package static let path: FilePath = "/usr/sbin/qemu-launcher"

    static func isIt(_ status: Stat) -> Bool {
        do throws(Errno) {
            return status.isSameFile(as: try Stat(at: path))
        } catch {
            return false
        }
    }

    /// - Parameter link: what VMs are started as; it leads to the launcher.
    /// - Returns: what is wrong with it, without a subject; `nil` if it is there and does its work.
    package static func fault(calledAs link: FilePath) -> String? {
        do throws(Errno) {
            let status = try Stat(at: path)
            guard status.type == .regular else { return "is no regular file" }
            guard status.userID.rawValue == 0 else { return "does not belong to root" }
            guard status.permissions.isDisjoint(with: [.groupWrite, .otherWrite]) else {
                return "may be written by others than root"
            }
        } catch {
            return "cannot be used: \(error)"
        }
        do throws(ChildProcessError) {
            // QEMU does not know this option, and ends with another status.
            let output = try ChildProcess.run(link, ["-efi-firmware"], isQuiet: true)
            let isLauncher = output.status == ExitStatus.usage.rawValue
            return isLauncher ? nil : "does not answer as the launcher does"
        } catch {
            return "cannot be started: \(error.message)"
        }
    }
}

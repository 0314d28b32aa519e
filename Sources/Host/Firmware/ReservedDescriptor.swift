import CLinux
import Glibc
import SystemPackage

/// A descriptor number that is kept free for what QEMU is to inherit, so that a plan can name it
/// before the thing is there.
package struct ReservedDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// Above the numbers that callers and shells use by habit.
    private static let lowestNumber: Int32 = 10

    /// - Parameter numbers: every number in the command line: an option such as `-add-fd fd=12`
    ///   must not reach the image by chance. Descriptors that are open stay as they are.
    package init(avoiding numbers: Set<Int32>) throws(HostError) {
        let holder: OwnedDescriptor
        do throws(Errno) {
            holder = try OwnedDescriptor(opening: "/", flags: LINUX_O_PATH)
        } catch {
            throw .systemCallFailed(operation: "open", path: "/", errno: error)
        }
        try self.init(holding: holder, avoiding: numbers)
    }

    /// Something that is open, by a number that stands nowhere in the command line.
    init(holding holder: borrowing OwnedDescriptor, avoiding numbers: Set<Int32>) throws(HostError)
    {
        var candidate = Self.lowestNumber
        while true {
            while numbers.contains(candidate) { candidate += 1 }
            let placed = try Self.duplicate(holder, atLeast: candidate)
            guard numbers.contains(placed.number) else {
                descriptor = placed
                return
            }
            candidate = placed.number + 1
        }
    }

    package var number: Int32 { descriptor.number }

    /// Puts the image there. It and copies of settings are what an exec does not close.
    package consuming func hold(
        _ image: consuming SealedImage,
        with settings: consuming SettingsDescriptors? = nil,
    ) throws(HostError) -> ImageDescriptor {
        let number = descriptor.number
        let sealed = image.releaseDescriptor()
        guard linux_dup3(sealed.number, number, 0) == number else {
            throw .systemCallFailed(operation: "dup3", path: nil, errno: Errno(rawValue: errno))
        }
        return ImageDescriptor(descriptor, with: settings)
    }

    /// The number alone, still taken.
    consuming func release() -> Int32 { descriptor.release() }

    /// The lowest free number from `lowest` on. The kernel keeps it below RLIMIT_NOFILE.
    private static func duplicate(
        _ descriptor: borrowing OwnedDescriptor,
        atLeast lowest: Int32,
    ) throws(HostError) -> OwnedDescriptor {
        let number = descriptor.number
        do throws(Errno) {
            return OwnedDescriptor(
                takingOver: try systemCall { fcntl(number, F_DUPFD_CLOEXEC, lowest) }.get()
            )
        } catch .tooManyOpenFiles {
            throw .descriptorsExhausted(errno: .tooManyOpenFiles)
        } catch .invalidArgument {
            // The lowest number allowed is at the limit already.
            throw .descriptorsExhausted(errno: .invalidArgument)
        } catch {
            throw .systemCallFailed(operation: "fcntl F_DUPFD_CLOEXEC", path: nil, errno: error)
        }
    }
}

import Glibc
import SystemPackage

/// The sealed image under the descriptor number that QEMU inherits: the one descriptor of ours
/// that an exec does not close. It is open for reading only.
package struct ImageDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// Above the numbers that callers and shells use by habit.
    private static let lowestNumber: Int32 = 10

    /// - Parameter numbers: every number in the command line: an option such as `-add-fd fd=12`
    ///   must not reach the image by chance. Descriptors that are open stay as they are.
    package init(
        placing image: consuming SealedImage,
        avoiding numbers: Set<Int>,
    ) throws(HostError) {
        var candidate = Self.lowestNumber
        while true {
            let placed = try Self.duplicate(image.descriptor, atLeast: candidate)
            guard numbers.contains(Int(placed.number)) else {
                descriptor = placed
                return
            }
            candidate = placed.number + 1
        }
    }

    package var number: Int32 { descriptor.number }

    /// The name by which QEMU opens the image, in every attachment and again at the reset of a
    /// confidential guest.
    package var path: String { "/proc/self/fd/\(number)" }

    /// The lowest free number from `lowest` on. The kernel keeps it below RLIMIT_NOFILE.
    private static func duplicate(
        _ descriptor: borrowing OwnedDescriptor,
        atLeast lowest: Int32,
    ) throws(HostError) -> OwnedDescriptor {
        let number = descriptor.number
        do throws(Errno) {
            return OwnedDescriptor(
                takingOver: try systemCall { fcntl(number, F_DUPFD, lowest) }.get()
            )
        } catch .tooManyOpenFiles {
            throw .descriptorsExhausted(errno: .tooManyOpenFiles)
        } catch .invalidArgument {
            // The lowest number allowed is at the limit already.
            throw .descriptorsExhausted(errno: .invalidArgument)
        } catch {
            throw .systemCallFailed(operation: "fcntl F_DUPFD", path: nil, errno: error)
        }
    }
}

import CLinux
import Glibc
package import Planning
import SystemPackage

/// A descriptor number that is kept free for what QEMU is to inherit, so that a plan can name it
/// before its file is there.
package struct ReservedDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// Above the numbers that callers and shells use by habit.
    private static let lowestNumber: Int32 = 10

    /// - Parameter numbers: every number in the command line: an option such as `-add-fd fd=12`
    ///   must not reach the image by chance. Open descriptors do not change.
    package init(avoiding numbers: Set<Int32>) throws(HostError) {
        let holder: OwnedDescriptor
        do throws(Errno) {
            holder = try OwnedDescriptor(opening: "/", flags: LINUX_O_PATH)
        } catch {
            throw .systemCallFailed(operation: "open", path: "/", errno: error)
        }
        try self.init(holding: holder, avoiding: numbers)
    }

    /// An open descriptor whose number is not in the command line.
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

/// The sealed image under the descriptor number that QEMU inherits, open for reading only, and with
/// it the copies of QEMU's files of settings. Only ``ReservedDescriptor/hold(_:)`` makes one.
package struct ImageDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor
    private let settings: SettingsDescriptors?

    init(
        _ descriptor: consuming OwnedDescriptor,
        with settings: consuming SettingsDescriptors? = nil,
    ) {
        self.descriptor = descriptor
        self.settings = settings
    }

    package var number: Int32 { descriptor.number }
}

/// Sealed copies of QEMU's files of settings and of its kernel, each under a descriptor number that was kept free for
/// it, so that a plan can name it before the copy is there.
package struct SettingsDescriptors: ~Copyable {
    /// By the files' names.
    package let numbers: [ByteString: Int32]

    /// - Parameters:
    ///   - copies: what is to be copied, by the files' names.
    ///   - mentioned: the numbers that the command line has.
    package init(
        for copies: [ByteString: [UInt8]],
        avoiding mentioned: Set<Int32>,
    ) throws(HostError) {
        var numbers: [ByteString: Int32] = [:]
        do throws(HostError) {
            for path in copies.keys.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
                numbers[path] = try ReservedDescriptor(avoiding: mentioned).release()
            }
        } catch {
            for number in numbers.values { close(number) }
            throw error
        }
        self.numbers = numbers
    }

    deinit {
        for number in numbers.values { close(number) }
    }

    /// Puts the copies in their places.
    borrowing func fill(from copies: [ByteString: [UInt8]]) throws(HostError) {
        for (path, bytes) in copies {
            guard let number = numbers[path] else { continue }
            // An empty line means the same as an empty file, and can be mapped.
            let copy = try SealedMemory.copy(
                of: bytes.isEmpty ? [UInt8(ascii: "\n")] : bytes,
                name: "qemu-reads \(path.escaped)",
            ).releaseDescriptor()
            guard linux_dup3(copy.number, number, O_CLOEXEC) == number else {
                throw .systemCallFailed(operation: "dup3", path: nil, errno: Errno(rawValue: errno))
            }
        }
    }

    /// From now on an exec does not close them.
    borrowing func keepOpen() throws(HostError) {
        for number in numbers.values {
            do throws(Errno) {
                _ = try systemCall { fcntl(number, F_SETFD, 0) }.get()
            } catch {
                throw .systemCallFailed(operation: "fcntl F_SETFD", path: nil, errno: error)
            }
        }
    }
}

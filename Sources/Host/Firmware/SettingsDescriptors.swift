import CLinux
import Glibc
package import Planning
import SystemPackage

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
            // An empty line says as much as an empty file, and can be mapped.
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

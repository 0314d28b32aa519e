import Glibc
package import Planning
import SystemPackage

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
    /// By memchr(3), which looks at many bytes at a time: this is asked of every word.
    fileprivate var containsNUL: Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, 0, bytes.count) != nil
        }
    }
}

import Planning
import SystemPackage

/// What one pass over an image's file made of it: a sealed memory file, and digests of exactly
/// the bytes in there.
struct SealedCopy: ~Copyable {
    /// Read-only, close-on-exec.
    let descriptor: OwnedDescriptor
    /// One for each algorithm that is pinned; SHA-256 where nothing is.
    let digests: [Digest]
    /// How much was read: more than the image's size where the file has grown, in which case
    /// reading stopped early.
    let byteCount: Int

    /// Small enough to stay in the processor's cache between reading, hashing and writing.
    private static let chunkByteCount = 128 << 10

    init(of image: borrowing VerifiedImage) throws(HostError) {
        let path = image.path
        let memory = try MemoryFile(name: Self.name(for: image.request))
        let pinned = image.request.pins.map { $0.digest.algorithm }
        var digester = ImageDigester(pinned.isEmpty ? [.sha256] : pinned)
        var byteCount = 0

        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkByteCount,
            alignment: 64
        )
        defer { unsafe buffer.deallocate() }
        while byteCount <= image.byteCount {
            let count = try rethrowing(as: {
                HostError.systemCallFailed(operation: "read", path: path, errno: $0)
            }) { () throws(Errno) in
                unsafe try image.descriptor.read(into: buffer)
            }
            guard count > 0 else { break }
            let chunk = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            unsafe digester.update(chunk)
            unsafe try memory.write(chunk)
            byteCount += count
        }
        let sealed = try memory.sealed()
        self.byteCount = byteCount
        digests = digester.finish()
        descriptor = sealed
    }

    /// Only the sealed file.
    consuming func releaseDescriptor() -> OwnedDescriptor {
        descriptor
    }

    /// Shown in /proc/PID/fd of the running VM: which image it runs, and its digest.
    private static func name(for request: ImageRequest) -> String {
        let digests = request.pins.map { " \($0.digest.algorithm.rawValue):\($0.digest.hex)" }
        return request.name + digests.joined()
    }
}

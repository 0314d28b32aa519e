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

    init(of image: borrowing VerifiedImage) throws(HostError) {
        // A file that has grown is found out one chunk later.
        try FileSizeLimit.require(image.byteCount + HashingThread.chunkByteCount)
        let memory = try MemoryFile(name: Self.name(for: image.request))
        let hashing = try Self.hashing(for: image.request)
        var byteCount = 0
        while byteCount <= image.byteCount {
            let chunk = unsafe hashing.nextChunk()
            let count = try unsafe Self.read(image, into: chunk)
            guard count > 0 else { break }
            hashing.hash(first: count)
            unsafe try memory.write(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            byteCount += count
        }
        let sealed = try memory.sealed()
        self.byteCount = byteCount
        digests = hashing.finish()
        descriptor = sealed
    }

    private static func hashing(for request: ImageRequest) throws(HostError) -> HashingThread {
        let pinned = request.pins.map { $0.digest.algorithm }
        return try rethrowing(as: {
            HostError.systemCallFailed(operation: "pthread_create", path: nil, errno: $0)
        }) { () throws(Errno) in
            try HashingThread(pinned.isEmpty ? [.sha256] : pinned)
        }
    }

    private static func read(
        _ image: borrowing VerifiedImage,
        into chunk: UnsafeMutableRawBufferPointer,
    ) throws(HostError) -> Int {
        let path = image.path
        return try rethrowing(as: {
            HostError.systemCallFailed(operation: "read", path: path, errno: $0)
        }) { () throws(Errno) in
            unsafe try image.descriptor.read(into: chunk)
        }
    }

    /// Only the sealed file.
    consuming func releaseDescriptor() -> OwnedDescriptor {
        descriptor
    }

    /// Shown in /proc/PID/fd of the running VM: which image it runs, and its digest.
    private static func name(for request: ImageRequest) -> String {
        request.pins.reduce(into: request.name) { $0 += " \($1.digest)" }
    }
}

import Glibc
import Planning
import SystemPackage

/// Hashes an image on a thread of its own while the caller reads and copies on: hashing alone
/// takes as long as both.
///
/// The two share a ring of chunks. A chunk is the caller's to fill from ``nextChunk()`` until
/// ``hash(first:)``; from there on nobody writes it until it has been hashed and comes round again.
/// What the caller copies from it after ``hash(first:)`` is therefore what was hashed.
@safe
struct HashingThread: ~Copyable {
    private let shared: UnsafeMutablePointer<Shared>
    private let thread: pthread_t

    /// Small enough that all chunks stay in a processor's cache.
    static let chunkByteCount = 64 << 10
    private static let chunkCount = ByteCounts.count
    private typealias ByteCounts = InlineArray<4, Int>

    /// - Throws: why the thread could not be started.
    init(_ algorithms: [Digest.Algorithm]) throws(Errno) {
        let shared = UnsafeMutablePointer<Shared>.allocate(capacity: 1)
        unsafe shared.initialize(to: Shared(algorithms))
        unsafe sem_init(&shared.pointee.empty, 0, UInt32(Self.chunkCount))
        unsafe sem_init(&shared.pointee.filled, 0, 0)

        var thread = pthread_t()
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
            let shared = unsafe $0?.assumingMemoryBound(to: Shared.self)
            if let shared = unsafe shared { unsafe HashingThread.hashAll(of: shared) }
            return nil
        }
        let error = unsafe pthread_create(&thread, nil, body, shared)
        guard error == 0 else {
            unsafe Self.release(shared)
            throw Errno(rawValue: error)
        }
        CPUAffinity.keepApart(thread)
        unsafe self.shared = unsafe shared
        self.thread = thread
    }

    deinit {
        stop()
        unsafe Self.release(shared)
    }

    /// The next chunk to fill. Waits until the thread is done with it.
    borrowing func nextChunk() -> UnsafeMutableRawBufferPointer {
        if unsafe !shared.pointee.holdsChunk {
            unsafe wait(for: &shared.pointee.empty)
            unsafe shared.pointee.holdsChunk = true
        }
        return unsafe shared.pointee.chunk(at: shared.pointee.next)
    }

    /// Gives the first `count` bytes of the chunk that ``nextChunk()`` returned to the thread.
    borrowing func hash(first count: Int) {
        let index = unsafe shared.pointee.next
        unsafe shared.pointee.byteCounts[index] = count
        unsafe shared.pointee.next = (index + 1) % Self.chunkCount
        unsafe shared.pointee.holdsChunk = false
        unsafe sem_post(&shared.pointee.filled)
    }

    /// The digests of all that was given to ``hash(first:)``, in the order of the algorithms'
    /// declaration. Waits for the thread and ends it.
    consuming func finish() -> [Digest] {
        stop()
        let digests = unsafe Self.release(shared)
        discard self
        return digests
    }

    /// An empty chunk is the end.
    private borrowing func stop() {
        _ = unsafe nextChunk()
        hash(first: 0)
        pthread_join(thread, nil)
    }

    @discardableResult
    private static func release(_ shared: UnsafeMutablePointer<Shared>) -> [Digest] {
        let last = unsafe shared.move()
        unsafe shared.deallocate()
        unsafe last.chunks.deallocate()
        return last.digests
    }
}

// MARK: - The thread

extension HashingThread {
    /// What both sides reach. Each field is written by one side only, and read by the other only
    /// after a semaphore has said so.
    @safe
    private struct Shared {
        let chunks: UnsafeMutableRawBufferPointer
        var empty = sem_t()
        var filled = sem_t()

        // The caller's.
        var byteCounts = ByteCounts(repeating: 0)
        var next = 0
        var holdsChunk = false

        let algorithms: [Digest.Algorithm]

        // The thread's.
        var digests: [Digest] = []

        init(_ algorithms: [Digest.Algorithm]) {
            unsafe chunks = .allocate(byteCount: chunkCount * chunkByteCount, alignment: 64)
            self.algorithms = algorithms
        }

        func chunk(at index: Int) -> UnsafeMutableRawBufferPointer {
            let start = index * chunkByteCount
            return unsafe .init(rebasing: chunks[start..<(start + chunkByteCount)])
        }
    }

    private static func hashAll(of shared: UnsafeMutablePointer<Shared>) {
        var digester = unsafe ImageDigester(shared.pointee.algorithms)
        var index = 0
        while true {
            unsafe wait(for: &shared.pointee.filled)
            let count = unsafe shared.pointee.byteCounts[index]
            guard count > 0 else { break }
            let bytes = unsafe shared.pointee.chunk(at: index)[..<count]
            unsafe digester.update(UnsafeRawBufferPointer(rebasing: bytes))
            unsafe sem_post(&shared.pointee.empty)
            index = (index + 1) % chunkCount
        }
        unsafe shared.pointee.digests = digester.finish()
    }
}

private func wait(for semaphore: UnsafeMutablePointer<sem_t>) {
    while unsafe sem_wait(semaphore) != 0 {}
}

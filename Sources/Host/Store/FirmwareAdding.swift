import Glibc
package import Planning
package import SystemPackage

extension FirmwareStore {
    /// Puts an image into the storage: complete and durable, or not at all. It is written next to
    /// its place, checked, synced to the disk, and only then gets its name, in one step that never
    /// replaces another file.
    ///
    /// - Parameter expected: digests that the image must have.
    /// - Parameter algorithms: what to compute besides SHA-256 and what is expected.
    /// - Parameter judging: whether an image that no guest would start from is refused.
    /// - Parameter progress: called with the number of bytes written so far.
    package func add(
        _ source: borrowing ImageSource,
        expecting expected: [Digest] = [],
        computing algorithms: Set<Digest.Algorithm> = [],
        judging: Bool = false,
        observer: ImportObserver = .none,
        progress: (Int) -> Void = { _ in },
    ) throws(LaunchFailure) -> AddedImage {
        let directory = try StoreDirectory(for: request, creating: true)
        PartialFile.removeLeftovers(in: directory)
        let partial = try rethrowing(as: StoreError.failure(of: "create a file", directory.path)) {
            () throws(Errno) in
            try observer.take(.createPartialFile) { () throws(Errno) in
                try PartialFile(in: directory)
            }
        }
        do throws(LaunchFailure) {
            let wanted = algorithms.union(expected.map(\.algorithm)).union([.sha256])
            let content = try copy(source, to: partial, in: directory, wanted, observer, progress)
            try Self.require(expected, among: content.digests, of: source.name)
            if judging { try requireFit(partial, in: directory) }
            try finish(partial, in: directory, observer)
            return try place(partial, content, in: directory, observer)
        } catch {
            discard(partial, in: directory, observer)
            throw error
        }
    }

    /// As a start would judge it, before the image has its name.
    private func requireFit(
        _ partial: borrowing PartialFile,
        in directory: borrowing StoreDirectory,
    ) throws(LaunchFailure) {
        let path = directory.path.appending(partial.name)
        let bytes = try failing { () throws(HostFileError) in
            try HostFiles.content(at: path, limit: ImageRequest.maximumByteCount)
        }
        guard let refusal = refusalOfForm(bytes.span, for: .x86) else { return }
        let image = "firmware image \(quoted(volume.description))"
        throw LaunchFailure(ImageUnfit(image: image, refusal: refusal))
    }

    fileprivate struct Content {
        var byteCount = 0
        var digests: [Digest] = []
    }

    private func copy(
        _ source: borrowing ImageSource,
        to partial: borrowing PartialFile,
        in directory: borrowing StoreDirectory,
        _ algorithms: Set<Digest.Algorithm>,
        _ observer: ImportObserver,
        _ progress: (Int) -> Void,
    ) throws(LaunchFailure) -> Content {
        var content = Content()
        var digester = ImageDigester(Array(algorithms))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { unsafe buffer.deallocate() }
        while true {
            let count = try failing { () throws(StoreError) in
                unsafe try source.read(into: buffer)
            }
            guard count > 0 else { break }
            content.byteCount += count
            guard content.byteCount <= ImageRequest.maximumByteCount else {
                throw LaunchFailure(
                    StoreError.sourceTooLarge(
                        source: source.name,
                        limit: ImageRequest.maximumByteCount
                    )
                )
            }
            let chunk = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            unsafe digester.update(chunk)
            try rethrowing(as: StoreError.failure(of: "write", directory.path)) {
                () throws(Errno) in
                try observer.take(.write) { () throws(Errno) in
                    unsafe try partial.descriptor.write(chunk)
                }
            }
            progress(content.byteCount)
        }
        guard content.byteCount > 0 else {
            throw LaunchFailure(StoreError.sourceEmpty(source: source.name))
        }
        content.digests = digester.finish()
        return content
    }

    private static func require(
        _ expected: [Digest],
        among found: [Digest],
        of source: String,
    ) throws(LaunchFailure) {
        for digest in expected where !found.contains(digest) {
            let other = found.first { $0.algorithm == digest.algorithm } ?? digest
            throw LaunchFailure(
                StoreError.checksumDiffers(source: source, expected: digest, found: other)
            )
        }
    }

    /// Read-only, then on the disk: the name comes after both.
    private func finish(
        _ partial: borrowing PartialFile,
        in directory: borrowing StoreDirectory,
        _ observer: ImportObserver,
    ) throws(LaunchFailure) {
        let number = partial.descriptor.number
        do throws(Errno) {
            try observer.take(.makeReadOnly) { () throws(Errno) in
                _ = try systemCall { fchmod(number, 0o444) }.get()
            }
        } catch .notPermitted, .notSupported, .noFunction {
            // If the mount gives files their mode, that mode counts.
        } catch {
            throw LaunchFailure(
                StoreError.failed(operation: "chmod", path: directory.path, errno: error)
            )
        }
        try requireStartable(partial.name, in: directory)
        try rethrowing(as: StoreError.failure(of: "fsync", directory.path)) {
            () throws(Errno) in
            try observer.take(.syncFile) { () throws(Errno) in
                _ = try systemCall { fsync(number) }.get()
            }
        }
    }

    private func place(
        _ partial: borrowing PartialFile,
        _ content: Content,
        in directory: borrowing StoreDirectory,
        _ observer: ImportObserver,
    ) throws(LaunchFailure) -> AddedImage {
        let path = directory.path.appending(volume.fileName)
        do throws(Errno) {
            try observer.take(.place) { () throws(Errno) in
                try directory.rename(partial.name, toNew: volume.fileName)
            }
        } catch .fileExists {
            let outcome = try requireSame(content.digests, in: directory)
            discard(partial, in: directory, observer)
            return AddedImage(outcome, path, content)
        } catch {
            throw LaunchFailure(StoreError.failed(operation: "rename", path: path, errno: error))
        }
        try rethrowing(as: StoreError.failure(of: "fsync", directory.path)) {
            () throws(Errno) in
            try observer.take(.syncDirectory) { () throws(Errno) in try directory.sync() }
        }
        return AddedImage(.added, path, content)
    }

    /// A failure here changes nothing: the next import removes the file.
    private func discard(
        _ partial: borrowing PartialFile,
        in directory: borrowing StoreDirectory,
        _ observer: ImportObserver,
    ) {
        do throws(Errno) {
            try observer.take(.removePartialFile) { () throws(Errno) in
                try directory.remove(partial.name)
            }
        } catch {
            return
        }
    }
}

extension StoreError {
    fileprivate static func failure(
        of operation: String,
        _ path: FilePath,
    ) -> (Errno) -> LaunchFailure {
        { LaunchFailure(StoreError.failed(operation: operation, path: path, errno: $0)) }
    }
}

extension AddedImage {
    fileprivate init(_ outcome: Outcome, _ path: FilePath, _ content: FirmwareStore.Content) {
        self.init(
            outcome: outcome,
            path: path.string,
            byteCount: content.byteCount,
            digests: content.digests,
        )
    }
}

/// The system calls by which an image gets into a storage, in their order. Between any two of them
/// the machine may stop, and the storage holds either nothing new or the whole image.
package enum ImportStep: String, Sendable, CaseIterable {
    case createPartialFile
    case write
    case makeReadOnly
    case syncFile
    case place
    case syncDirectory
    case removePartialFile
}

/// Told of each step of an import before it is taken; if it returns an `Errno`, the step fails with
/// it. With it, tests show what remains after an interruption.
package struct ImportObserver: Sendable {
    private let failure: @Sendable (ImportStep) -> Errno?

    package static let none = ImportObserver { _ in nil }

    package init(_ failure: @escaping @Sendable (ImportStep) -> Errno?) {
        self.failure = failure
    }

    func take<Value: ~Copyable>(
        _ step: ImportStep,
        _ call: () throws(Errno) -> Value,
    ) throws(Errno) -> Value {
        if let failure = failure(step) { throw failure }
        return try call()
    }
}

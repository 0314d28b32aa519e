import Glibc
package import Planning
package import SystemPackage

/// Finds the image, and opens it if nobody but root and the launcher's user can have changed it or
/// can change it unnoticed. It is opened once. Only the descriptor counts, even if its name changes
/// afterwards.
package func verify(_ request: ImageRequest) throws(VerificationError) -> VerifiedImage {
    let verification = Verification(request: request, user: UserID(rawValue: geteuid()))
    return try rethrowing(as: { VerificationError(request, $0) }, verification.verifiedImage)
}

/// The walk from the storage's root to the image. Each step starts from the descriptor that the
/// step before it opened, never from a path.
struct Verification {
    typealias Cause = VerificationError.Cause

    let request: ImageRequest
    /// Whose files count besides root's.
    let user: UserID

    func verifiedImage() throws(Cause) -> VerifiedImage {
        let directory = try firmwareDirectory()
        let file = try openImage(in: directory)
        let path = directory.path.appending(request.fileName)
        try requireTrusted(file.status, path)
        let byteCount = try acceptedByteCount(file.status, path)
        let proofs = try acceptedProofs(of: file, path)
        let probe = try probeWriters(of: file, path)
        return VerifiedImage(
            request: request,
            path: path,
            byteCount: byteCount,
            proofs: proofs,
            writerProbe: probe,
            descriptor: file.releaseDescriptor(),
        )
    }

    /// The directory that the image is in.
    func firmwareDirectory() throws(Cause) -> OpenDirectory {
        try openFirmwareDirectory(below: openRoot())
    }

    /// The root may be reached through symbolic links: the administrator wrote it.
    func openRoot() throws(Cause) -> OpenDirectory {
        do throws(Errno) {
            return try OpenDirectory(request.root)
        } catch .noSuchFileOrDirectory {
            throw .rootMissing(path: request.root)
        } catch {
            throw cause(error, of: "open", request.root)
        }
    }

    /// The first of the request's directories that exists.
    private func openFirmwareDirectory(
        below root: borrowing OpenDirectory
    ) throws(Cause) -> OpenDirectory {
        try requireTrusted(root)
        for directory in request.directories {
            if let found = try walk(to: directory, below: root) { return found }
        }
        throw .directoryMissing(tried: request.directories.map { request.root.appending($0) })
    }

    /// - Returns: `nil` if a component does not exist.
    private func walk(
        to directory: String,
        below root: borrowing OpenDirectory,
    ) throws(Cause) -> OpenDirectory? {
        guard var current = try enter(".", from: root) else { return nil }
        for name in directory.split(separator: "/") {
            guard let next = try enter(String(name), from: current) else { return nil }
            current = next
        }
        return current
    }

    /// - Returns: `nil` if there is no such directory.
    func enter(
        _ name: String,
        from parent: borrowing OpenDirectory,
    ) throws(Cause) -> OpenDirectory? {
        // A C string ends at its NUL, so this would be a different name.
        guard !name.utf8.contains(0) else { throw .malformedName(name) }
        let directory: OpenDirectory
        do throws(Errno) {
            directory = try OpenDirectory(name, in: parent, resolution: resolution)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw cause(error, of: "open", parent.path.appending(name))
        }
        try requireTrusted(directory)
        return directory
    }

    private func openImage(in directory: borrowing OpenDirectory) throws(Cause) -> RegularFile {
        let name = request.fileName
        guard !["", ".", ".."].contains(name), !name.utf8.contains(where: { $0 == 0 || $0 == 0x2F })
        else { throw .malformedName(name) }

        let path = directory.path.appending(name)
        do throws(RegularFile.OpenError) {
            return try RegularFile(
                opening: FilePath(name),
                in: directory.descriptor.number,
                followingLinks: request.rules == .stock,
                resolution: resolution,
            )
        } catch {
            throw cause(error, path)
        }
    }

    private var resolution: Resolution {
        switch request.rules {
        case .volume: [.beneath, .withoutSymbolicLinks, .withoutMagicLinks]
        case .stock: []
        }
    }
}

// What has to be true of the directories on the way and of the file.
extension Verification {
    /// Everybody who may write to a directory may replace the files in it.
    func requireTrusted(_ directory: borrowing OpenDirectory) throws(Cause) {
        try requireOwner(directory.status, directory.path)
        guard !directory.status.isWritableByOthers else {
            throw .writableByOthers(path: directory.path, mode: directory.status.permissions)
        }
    }

    func requireTrusted(_ file: Stat, _ path: FilePath) throws(Cause) {
        try requireOwner(file, path)
        switch request.rules {
        case .volume:
            guard file.linkCount == 1 else {
                throw .hardLinked(path: path, count: file.linkCount)
            }
        case .stock:
            guard !file.isWritableByOthers else {
                throw .writableByOthers(path: path, mode: file.permissions)
            }
        }
    }

    func acceptedByteCount(_ file: Stat, _ path: FilePath) throws(Cause) -> Int {
        guard file.size > 0 else { throw .empty(path: path) }
        guard file.size <= ImageRequest.maximumByteCount else {
            throw .tooLarge(
                path: path,
                byteCount: file.size,
                limit: ImageRequest.maximumByteCount
            )
        }
        return Int(file.size)
    }

    /// The proofs that hold, those only that count for the request.
    func acceptedProofs(
        of file: borrowing RegularFile,
        _ path: FilePath,
    ) throws(Cause) -> [ReadOnlyProof] {
        let status = file.status
        let found = try rethrowing(as: { cause($0, of: "stat", path) }) { () throws(Errno) in
            try ReadOnlyProof.holding(for: file.descriptor, status)
        }
        guard case .volume(let accepted) = request.rules else { return found }
        let proofs = found.filter(accepted.contains)
        guard !proofs.isEmpty else {
            throw .notReadOnly(path: path, mode: status.permissions, accepted: accepted)
        }
        return proofs
    }

    func probeWriters(
        of file: borrowing RegularFile,
        _ path: FilePath,
    ) throws(Cause) -> WriterProbe {
        let probe = try rethrowing(as: { cause($0, of: "return the lease", path) }) {
            () throws(Errno) in
            try WriterProbe(file.descriptor)
        }
        guard let probe else { throw .openForWriting(path: path) }
        return probe
    }

    func cause(_ error: RegularFile.OpenError, _ path: FilePath) -> Cause {
        switch error {
        case .notRegular(.symbolicLink): .symbolicLink(path: path)
        case .notRegular(let type): .notRegularFile(path: path, found: type)
        case .replaced: .replaced(path: path)
        case .failed(.noSuchFileOrDirectory): .fileMissing(path: path)
        case .failed(let errno): cause(errno, of: "open", path)
        }
    }

    /// What the failure of a system call on the way to the image means.
    func cause(_ errno: Errno, of operation: String, _ path: FilePath) -> Cause {
        switch errno {
        // If links are forbidden; if they are allowed, it means a circle of them.
        case .tooManySymbolicLinkLevels: .symbolicLink(path: path)
        case .notDirectory: .notDirectory(path: path)
        case .improperLink: .outsideRoot(path: path)
        case .permissionDenied, .notPermitted:
            .permissionDenied(operation: operation, path: path, errno: errno)
        case .noFunction: .host(.kernelFeatureMissing(.openBeneath, errno: errno))
        default: .host(.systemCallFailed(operation: operation, path: path, errno: errno))
        }
    }

    private func requireOwner(_ status: Stat, _ path: FilePath) throws(Cause) {
        guard status.isOwned(byRootOr: user) else {
            throw .foreignOwner(path: path, owner: status.userID.rawValue, user: user.rawValue)
        }
    }
}

/// An image whose file is trusted as far as a file can be; it still has to be read.
/// Only ``verify(_:)`` makes one, and only ``seal(_:)`` takes it.
package struct VerifiedImage: ~Copyable {
    package let request: ImageRequest
    /// Where it was found; for messages, never to be opened again.
    package let path: FilePath
    package let byteCount: Int
    /// Which of the accepted proofs hold: at least one for a volume, any or none for stock
    /// firmware.
    package let proofs: [ReadOnlyProof]
    package let writerProbe: WriterProbe
    let descriptor: OwnedDescriptor
}

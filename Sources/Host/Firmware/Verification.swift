import Glibc
package import Planning
import SystemPackage

/// Finds the image, and opens it if nobody but root and the launcher's user can have changed it
/// or can change it unnoticed. It is opened once; whatever happens to its name afterwards, only
/// the descriptor counts.
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

    /// - Returns: `nil` where a component does not exist.
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

    /// - Returns: `nil` where there is no such directory.
    func enter(
        _ name: String,
        from parent: borrowing OpenDirectory,
    ) throws(Cause) -> OpenDirectory? {
        // A C string ends at its NUL: another name than the one that was asked for.
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

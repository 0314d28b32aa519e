import Glibc
package import Planning
package import SystemPackage

/// The result of adopting an image.
package struct AdoptedImage: Equatable, Sendable {
    /// Whether its owner or its mode had to be changed.
    package let isChanged: Bool
    package let path: FilePath
    package let byteCount: Int
    package let digests: [Digest]
}

extension FirmwareStore {
    /// Makes an image that somebody uploaded one that VMs may start from: it gets root's owner (or
    /// the user's who does it) and the mode 0444. Proxmox leaves what it uploads writable for root.
    ///
    /// It is judged first, and a file that is refused stays as it is. What is changed is the file
    /// that was judged, by its descriptor, whatever its name means by then. At the end a start has to
    /// accept the image, with the digests that were found.
    ///
    /// - Parameter pins: all of which it must have.
    package func adopt(
        expecting pins: [ImageRequest.Pin]
    ) throws(LaunchFailure) -> AdoptedImage {
        let directory = try StoreDirectory(for: request, creating: false)
        let path = directory.path.appending(volume.fileName)
        let file = try rethrowing(as: { LaunchFailure(VerificationError(request, $0)) }) {
            () throws(VerificationError.Cause) in
            try uploaded(in: directory, path)
        }
        let (byteCount, digests) = try judged(file, path, expecting: pins)
        let isChanged = try makeStartable(file, path)
        do throws(LaunchFailure) {
            try requireStartable(volume.fileName, in: directory)
            let found = digests.map {
                ImageRequest.Pin(digest: $0, origin: "the judgement a moment ago")
            }
            _ = try Host.requireStartable(request.pinned(to: found))
        } catch {
            if isChanged { Self.restore(file) }
            throw error
        }
        return AdoptedImage(
            isChanged: isChanged,
            path: path,
            byteCount: byteCount,
            digests: digests
        )
    }

    /// The file, if it has no other name and nobody is writing it.
    private func uploaded(
        in directory: borrowing StoreDirectory,
        _ path: FilePath,
    ) throws(VerificationError.Cause) -> RegularFile {
        let verification = Verification(request: request, user: UserID(rawValue: geteuid()))
        let parent = directory.descriptor.number
        let file = try rethrowing(as: { verification.cause($0, path) }) {
            () throws(RegularFile.OpenError) in
            try RegularFile(opening: FilePath(volume.fileName), in: parent, followingLinks: false)
        }
        guard file.status.linkCount == 1 else {
            throw .hardLinked(path: path, count: file.status.linkCount)
        }
        _ = try verification.acceptedByteCount(file.status, path)
        _ = try verification.probeWriters(of: file, path)
        return file
    }

    private func judged(
        _ file: borrowing RegularFile,
        _ path: FilePath,
        expecting pins: [ImageRequest.Pin],
    ) throws(LaunchFailure) -> (byteCount: Int, digests: [Digest]) {
        let bytes = try failing { () throws(HostFileError) in
            try HostFiles.content(of: file, path, limit: ImageRequest.maximumByteCount)
        }
        let digests = ImageDigester.digests(of: bytes.span, by: pins.map(\.digest.algorithm))
        for pin in pins where !digests.contains(pin.digest) {
            let cause = VerificationError.Cause.checksumDiffers(
                expected: pin.digest,
                found: digests.first { $0.algorithm == pin.digest.algorithm },
                origin: pin.origin
            )
            throw LaunchFailure(VerificationError(request, cause))
        }
        if let refusal = refusalOfForm(bytes.span, for: .x86) {
            let label = "firmware image \(quoted(volume.description))"
            throw LaunchFailure(ImageUnfit(image: label, refusal: refusal))
        }
        return (bytes.count, digests)
    }

    /// The owner and the mode that the file had. If that fails too, the error that led here is what
    /// matters.
    private static func restore(_ file: borrowing RegularFile) {
        let number = file.descriptor.number
        _ = fchmod(number, file.status.permissions.rawValue & 0o7777)
        _ = fchown(number, file.status.userID.rawValue, file.status.groupID.rawValue)
    }

    /// - Returns: whether there was anything to change.
    private func makeStartable(
        _ file: borrowing RegularFile,
        _ path: FilePath,
    ) throws(LaunchFailure) -> Bool {
        let number = file.descriptor.number
        let user = UserID(rawValue: geteuid())
        let isForeign = !file.status.isOwned(byRootOr: user)
        let writable: FilePermissions = [.ownerWrite, .groupWrite, .otherWrite]
        let isWritable = !file.status.permissions.isDisjoint(with: writable)
        guard isForeign || isWritable else { return false }
        do throws(Errno) {
            // The owner first: until then it could take the mode back.
            if isForeign { _ = try systemCall { fchown(number, geteuid(), getegid()) }.get() }
            _ = try systemCall { fchmod(number, 0o444) }.get()
            _ = try systemCall { fsync(number) }.get()
        } catch .notPermitted, .notSupported, .noFunction, .readOnlyFileSystem {
            // If the mount gives files their owner and mode, or keeps everybody from writing, that
            // counts: what follows asks for it.
            return false
        } catch {
            throw LaunchFailure(StoreError.failed(operation: "chmod", path: path, errno: error))
        }
        return true
    }
}

extension ImageRequest {
    fileprivate func pinned(to pins: [Pin]) -> ImageRequest {
        ImageRequest(
            name: name,
            root: root,
            directories: directories,
            fileName: fileName,
            pins: pins,
            configuration: configuration,
            rules: rules,
        )
    }
}

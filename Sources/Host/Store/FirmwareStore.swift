import Glibc
package import Planning
package import SystemPackage

/// One volume's place in a storage: where its image is put, and taken away.
package struct FirmwareStore: Sendable {
    package let volume: FirmwareVolumeID
    let request: ImageRequest

    /// - Parameter location: of the volume, as the launcher will look for it.
    /// - Parameter proofs: which of them count as read-only.
    package init(
        _ volume: FirmwareVolumeID,
        at location: FirmwareLocation,
        accepting proofs: [ReadOnlyProof],
    ) {
        self.volume = volume
        request = ImageRequest(
            name: volume.description,
            root: location.root,
            directories: location.directories,
            fileName: location.fileName,
            pins: [],
            configuration: "",
            rules: .volume(accepting: proofs),
        )
    }

    /// Takes the image away, durably.
    package func remove() throws(LaunchFailure) {
        let directory = try StoreDirectory(for: request, creating: false)
        let path = directory.path.appending(volume.fileName)
        do throws(Errno) {
            try directory.remove(volume.fileName)
            try directory.sync()
        } catch .noSuchFileOrDirectory {
            throw LaunchFailure(StoreError.missing(volume: volume, path: path))
        } catch .notPermitted {
            throw LaunchFailure(StoreError.immutable(path: path, errno: .notPermitted))
        } catch {
            throw LaunchFailure(StoreError.failed(operation: "unlink", path: path, errno: error))
        }
    }
}

/// The result of adding an image.
package struct AddedImage: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        case added
        /// The same bytes already existed.
        case alreadyThere
        /// The same bytes were there, and somebody could have written to them.
        case madeReadOnly
    }

    package let outcome: Outcome
    package let path: String
    package let byteCount: Int
    /// SHA-256 first, and what else was asked for.
    package let digests: [Digest]
}

extension FirmwareStore {
    /// Whether a start would accept the file as read-only and its owner as trusted: a file system
    /// may give a new file another owner or mode than it was asked for.
    func requireStartable(
        _ name: String,
        in directory: borrowing StoreDirectory,
    ) throws(LaunchFailure) {
        let verification = Verification(request: request, user: UserID(rawValue: geteuid()))
        let path = directory.path.appending(name)
        let parent = directory.descriptor.number
        try rethrowing(as: {
            LaunchFailure(StoreError.notMadeReadOnly(VerificationError(request, $0)))
        }) {
            () throws(VerificationError.Cause) in
            let file = try rethrowing(as: { verification.cause($0, path) }) {
                () throws(RegularFile.OpenError) in
                try RegularFile(opening: FilePath(name), in: parent, followingLinks: false)
            }
            try verification.requireTrusted(file.status, path)
            _ = try verification.acceptedProofs(of: file, path)
        }
    }

    /// The image that has the name already has to be the same, and is made read-only then.
    func requireSame(
        _ digests: [Digest],
        in directory: borrowing StoreDirectory,
    ) throws(LaunchFailure) -> AddedImage.Outcome {
        let path = directory.path.appending(volume.fileName)
        let verification = Verification(request: request, user: UserID(rawValue: geteuid()))
        let parent = directory.descriptor.number
        let fileName = volume.fileName
        let file = try rethrowing(as: { LaunchFailure(VerificationError(request, $0)) }) {
            () throws(VerificationError.Cause) in
            try rethrowing(as: { verification.cause($0, path) }) {
                () throws(RegularFile.OpenError) in
                try RegularFile(opening: FilePath(fileName), in: parent, followingLinks: false)
            }
        }
        let found = try digest(of: file, path)
        guard let expected = digests.first(where: { $0.algorithm == found.algorithm }),
            expected == found
        else {
            throw LaunchFailure(
                StoreError.otherImageThere(
                    volume: volume,
                    found: found,
                    expected: digests.first ?? found
                )
            )
        }
        let writable: FilePermissions = [.ownerWrite, .groupWrite, .otherWrite]
        guard !file.status.permissions.isDisjoint(with: writable) else { return .alreadyThere }
        let number = file.descriptor.number
        do throws(Errno) {
            _ = try systemCall { fchmod(number, 0o444) }.get()
            _ = try systemCall { fsync(number) }.get()
        } catch {
            throw LaunchFailure(StoreError.failed(operation: "chmod", path: path, errno: error))
        }
        return .madeReadOnly
    }

    private func digest(
        of file: borrowing RegularFile,
        _ path: FilePath,
    ) throws(LaunchFailure) -> Digest {
        var digester = ImageDigester([.sha256])
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { unsafe buffer.deallocate() }
        do throws(Errno) {
            while true {
                let count = unsafe try file.descriptor.read(into: buffer)
                guard count > 0 else { break }
                unsafe digester.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        } catch {
            throw LaunchFailure(StoreError.failed(operation: "read", path: path, errno: error))
        }
        return digester.finish().first ?? Digest(.sha256, bytes: [])
    }
}

/// Why a storage was not changed.
package enum StoreError: Failure {
    // The image that was to be added.
    case sourceUnreadable(source: String, errno: Errno)
    case sourceEmpty(source: String)
    case sourceTooLarge(source: String, limit: Int)
    case checksumDiffers(source: String, expected: Digest, found: Digest)

    // The storage.
    case otherImageThere(volume: FirmwareVolumeID, found: Digest, expected: Digest)
    case missing(volume: FirmwareVolumeID, path: FilePath)
    case immutable(path: FilePath, errno: Errno)
    /// Neither the mode nor the owner that was asked for came about.
    case notMadeReadOnly(VerificationError)
    case failed(operation: String, path: FilePath, errno: Errno)

    package var message: String {
        switch self {
        case .sourceUnreadable(let source, let errno): "\(quoted(source)): cannot be read: \(errno)"
        case .sourceEmpty(let source): "\(quoted(source)): empty"
        case .sourceTooLarge(let source, let limit):
            "\(quoted(source)): too large (expected at most \(limit) bytes)"
        case .checksumDiffers(let source, let expected, let found):
            "\(quoted(source)): checksum differs (expected \(expected), found \(found))"
        case .otherImageThere(let volume, let found, let expected):
            "firmware image \(quoted(volume.description)): another image has that name already"
                + " (expected \(expected), found \(found))"
        case .missing(let volume, let path):
            "firmware image \(quoted(volume.description)): no such file: \(quoted(path))"
        case .immutable(let path, let errno): "\(quoted(path)): cannot be changed: \(errno)"
        case .notMadeReadOnly(let error): error.message
        case .failed(let operation, let path, let errno):
            "\(quoted(path)): \(operation) failed: \(errno)"
        }
    }

    package var hint: String? {
        switch self {
        case .sourceUnreadable, .sourceEmpty, .sourceTooLarge: nil
        case .checksumDiffers: "download it again; nothing was added"
        case .otherImageThere:
            "give the image another name with its version; the firmware of a VM is never replaced"
        case .missing: "'launcherctl firmware list' shows the images that exist"
        case .immutable(let path, _): "to remove it anyway: chattr -i \(quoted(path))"
        case .notMadeReadOnly:
            "the file system kept another owner or mode: export NFS with no_root_squash, mount CIFS"
                + " with uid=0,file_mode=0444, or mount it read-only"
        case .failed(_, _, .readOnlyFileSystem):
            "the storage is mounted read-only; add the image where it can be written"
        case .failed(_, _, .noSpace): "the storage is full; nothing was added"
        case .failed: nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .sourceUnreadable: .volumeMissing
        case .sourceEmpty, .sourceTooLarge, .checksumDiffers, .otherImageThere: .imageRefused
        case .missing: .volumeMissing
        case .immutable, .notMadeReadOnly: .notPermitted
        case .failed: .systemCallFailed
        }
    }
}

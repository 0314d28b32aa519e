package import Planning
package import SystemPackage

/// Why a storage was not changed.
package enum StoreError: Failure {
    // The image that was to be added.
    case sourceUnreadable(source: String, errno: Errno)
    case sourceEmpty(source: String)
    case sourceTooLarge(source: String, limit: Int)
    case checksumDiffers(source: String, expected: Digest, found: Digest)

    // The storage.
    case otherImageThere(volume: FirmwareVolume, found: Digest, expected: Digest)
    case missing(volume: FirmwareVolume, path: FilePath)
    case immutable(path: FilePath, errno: Errno)
    case untrusted(VerificationError)
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
            "firmware volume \(quoted(volume.description)): another image is there already"
                + " (expected \(expected), found \(found))"
        case .missing(let volume, let path):
            "firmware volume \(quoted(volume.description)): no such file: \(quoted(path))"
        case .immutable(let path, let errno): "\(quoted(path)): cannot be changed: \(errno)"
        case .untrusted(let error), .notMadeReadOnly(let error): error.message
        case .failed(let operation, let path, let errno):
            "\(quoted(path)): \(operation) failed: \(errno)"
        }
    }

    package var hint: String? {
        switch self {
        case .sourceUnreadable, .sourceEmpty, .sourceTooLarge: nil
        case .checksumDiffers: "download it again; nothing was added"
        case .otherImageThere:
            "give the image another name, with its version in it; a VM's firmware is not replaced"
                + " under it"
        case .missing: "'launcherctl firmware list' shows the images that are there"
        case .immutable(let path, _): "if it is meant to go: chattr -i \(quoted(path))"
        case .untrusted(let error): error.hint
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
        case .untrusted(let error): error.exitStatus
        case .failed: .systemCallFailed
        }
    }
}

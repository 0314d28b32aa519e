package import Planning
package import SystemPackage

/// Why an image is not handed to QEMU: which image, and the one cause.
package struct VerificationError: Failure {
    package enum Subject: Hashable, Sendable {
        case volume(String)
        case stock(String)
    }

    package let subject: Subject
    package let cause: Cause

    init(_ request: ImageRequest, _ cause: Cause) {
        subject =
            switch request.rules {
            case .volume: .volume(request.name)
            case .stock: .stock(request.name)
            }
        self.cause = cause
    }

    package var message: String {
        switch subject {
        case .volume(let name): "firmware volume \(quoted(name)): \(cause.message)"
        case .stock(let name): "stock firmware \(quoted(name)): \(cause.message)"
        }
    }

    package var hint: String? { cause.hint }
    package var exitStatus: ExitStatus { cause.exitStatus }

    /// One case a refusal. A path is the whole path that was tried.
    package enum Cause: Failure {
        // The volume is missing.
        case rootMissing(path: FilePath)
        case directoryMissing(tried: [FilePath])
        case fileMissing(path: FilePath)

        // The way to the file, or the file itself, is not what may be trusted.
        case malformedName(String)
        case notDirectory(path: FilePath)
        case outsideRoot(path: FilePath)
        case symbolicLink(path: FilePath)
        case notRegularFile(path: FilePath, found: FileType)
        case hardLinked(path: FilePath, count: Int)
        case foreignOwner(path: FilePath, owner: UInt32, user: UInt32)
        case writableByOthers(path: FilePath, mode: FilePermissions)
        case notReadOnly(path: FilePath, mode: FilePermissions, accepted: [ReadOnlyProof])
        case openForWriting(path: FilePath)
        case permissionDenied(operation: String, path: FilePath, errno: Errno)

        // The bytes are not those that were asked for.
        case empty(path: FilePath)
        case tooLarge(path: FilePath, byteCount: Int64, limit: Int)
        case replaced(path: FilePath)
        case changedWhileRead(path: FilePath, expected: Int, found: Int)
        /// - Parameter found: of the pin's algorithm; every pinned algorithm is computed.
        case checksumDiffers(expected: Digest, found: Digest?, origin: String)

        /// Nobody said which digest the image must have; this is the one it has.
        case notPinned(found: Digest, image: String, configuration: String)
        case host(HostError)
    }
}

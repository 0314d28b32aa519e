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
    /// The launcher.conf that pins the image.
    private let configuration: String

    init(_ request: ImageRequest, _ cause: Cause) {
        subject =
            switch request.rules {
            case .volume: .volume(request.name)
            case .stock: .stock(request.name)
            }
        self.cause = cause
        configuration = request.configuration
    }

    package var message: String {
        switch subject {
        case .volume(let name): "firmware image \(quoted(name)): \(cause.message)"
        case .stock(let name): "stock firmware \(quoted(name)): \(cause.message)"
        }
    }

    package var hint: String? { commandHint ?? cause.hint }
    package var exitStatus: ExitStatus { cause.exitStatus }

    /// What launcherctl can do about it.
    private var commandHint: String? {
        if case .notPinned = cause { return "if this is the image you trust: \(command("pin"))" }
        if case .checksumDiffers(_, _, let origin) = cause, !configuration.isEmpty,
            origin.hasPrefix(configuration)
        {
            let command = command("pin --replace")
            return "upload the image again, or, if you trust what is there: \(command)"
        }
        if case .notReadOnly(_, _, let accepted) = cause, accepted.contains(.mode),
            case .volume = subject
        {
            return "if the upload is complete: \(command("adopt"))"
        }
        return nil
    }

    private func command(_ words: String) -> String {
        let name =
            switch subject {
            case .volume(let name), .stock(let name): name
            }
        let isDefault = configuration == LauncherConfiguration.defaultFile.string
        let option = isDefault ? "" : " --config \(configuration)"
        return "launcherctl firmware \(words)\(option) \(name)"
    }

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
        /// A failure of the machine, with the image that it is about.
        case host(HostError)
    }
}

extension VerificationError.Cause {
    package var message: String {
        switch self {
        case .rootMissing(let path):
            "the storage's directory \(quoted(path)) is missing"
        case .directoryMissing(let tried):
            "no firmware directory (tried \(tried.map { quoted($0) }.joined(separator: ", ")))"
        case .fileMissing(let path):
            "no such file: \(quoted(path))"
        case .malformedName(let name):
            "not a file name: \(quoted(name))"
        case .notDirectory(let path):
            "\(quoted(path)) is not a directory"
        case .outsideRoot(let path):
            "\(quoted(path)) leads out of the storage"
        case .symbolicLink(let path):
            "\(quoted(path)) is a symbolic link"
        case .notRegularFile(let path, let found):
            "\(quoted(path)) is not a regular file (found \(found.displayName))"
        case .hardLinked(let path, let count):
            "\(quoted(path)) has other hard links (expected 1 name, found \(count))"
        case .foreignOwner(let path, let owner, let user):
            "\(quoted(path)) has the wrong owner (expected \(ownersInWords(user)), found user"
                + " \(owner))"
        case .writableByOthers(let path, let mode):
            "\(quoted(path)) is writable by group or others (mode \(mode.octal))"
        case .notReadOnly(let path, let mode, let accepted):
            "\(quoted(path)) is not read-only (expected \(inWords(accepted)), found mode"
                + " \(mode.octal))"
        case .openForWriting(let path):
            "\(quoted(path)) is open for writing in another program"
        case .permissionDenied(let operation, let path, let errno):
            "\(quoted(path)): \(operation) not permitted: \(errno)"
        case .empty(let path):
            "\(quoted(path)): \(ImageRefusal.blank(.empty).message)"
        case .tooLarge(let path, let byteCount, let limit):
            "\(quoted(path)) is too large (expected at most \(limit) bytes, found \(byteCount))"
        case .replaced(let path):
            "\(quoted(path)) was replaced by another file while it was opened"
        case .changedWhileRead(let path, let expected, let found):
            "\(quoted(path)) changed while it was read (expected \(expected) bytes, found"
                + " \(found))"
        case .checksumDiffers(let expected, let found, _):
            "checksum differs (expected \(expected), found \(found?.description ?? "none"))"
        case .notPinned(let found, _, _):
            "no checksum is pinned (found \(found))"
        case .host(let error):
            error.message
        }
    }

    package var hint: String? {
        switch self {
        case .rootMissing: "the storage may not be mounted"
        case .directoryMissing:
            "the storage may not be mounted; if it is, create the directory or correct the"
                + " storage's content-dirs"
        case .fileMissing: "'launcherctl firmware list' shows the images that exist"
        case .symbolicLink, .hardLinked:
            "put a separate copy there, for example with 'launcherctl firmware add'"
        case .foreignOwner(let path, _, _): "chown root \(quoted(path))"
        case .writableByOthers(let path, _): "chmod go-w \(quoted(path))"
        case .notReadOnly(let path, _, let accepted) where accepted.contains(.mode):
            "chmod 0444 \(quoted(path))"
        case .notReadOnly:
            "'read-only' in the configuration of the launcher does not accept the mode as proof"
        case .openForWriting(let path):
            "wait for the upload to end; fuser -v \(quoted(path)) shows who has it open"
        case .checksumDiffers(_, _, let origin):
            "upload the image again, or correct the checksum in \(origin)"
        case .empty, .changedWhileRead, .replaced: "upload the image again"
        case .host(let error): error.hint
        case .malformedName, .notDirectory, .outsideRoot, .notRegularFile, .permissionDenied,
            .tooLarge:
            nil
        case .notPinned: "'launcherctl firmware pin' pins the image, if you trust it"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .rootMissing, .directoryMissing, .fileMissing:
            .volumeMissing
        case .malformedName, .notDirectory, .outsideRoot, .symbolicLink, .notRegularFile,
            .hardLinked, .foreignOwner, .writableByOthers, .notReadOnly, .openForWriting,
            .permissionDenied:
            .notPermitted
        case .empty, .tooLarge, .replaced, .changedWhileRead, .checksumDiffers:
            .imageRefused
        case .notPinned:
            .configuration
        case .host(let error):
            error.exitStatus
        }
    }
}

/// The proofs that would have counted, in the order of their declaration.
private func inWords(_ proofs: [ReadOnlyProof]) -> String {
    let words = ReadOnlyProof.allCases.filter(proofs.contains).map { proof in
        switch proof {
        case .mode: "no write permission for anyone"
        case .mount: "a read-only mount"
        case .immutable: "the immutable attribute"
        case .verity: "fs-verity"
        }
    }
    return words.isEmpty ? "a proof, but none is accepted" : words.joined(separator: " or ")
}

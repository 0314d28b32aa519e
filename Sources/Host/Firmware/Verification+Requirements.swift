import Planning
import SystemPackage

// What has to be true of the directories on the way and of the file.
extension Verification {
    /// Whoever may write to a directory may put another file in the place of the one below it.
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
        // With links forbidden; where they are allowed it means a circle of them.
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

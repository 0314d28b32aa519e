import Glibc
import Planning
import SystemPackage

extension FirmwareStore {
    /// Whether a start would accept the file as read-only and its owner as trusted: a file system
    /// may give a new file another owner or mode than it was asked for.
    func requireStartable(
        _ name: String,
        in directory: borrowing StoreDirectory,
    ) throws(StoreError) {
        let verification = Verification(request: request, user: UserID(rawValue: geteuid()))
        let path = directory.path.appending(name)
        let parent = directory.descriptor.number
        try rethrowing(as: { StoreError.notMadeReadOnly(VerificationError(request, $0)) }) {
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
    ) throws(StoreError) -> AddedImage.Outcome {
        let path = directory.path.appending(volume.fileName)
        let verification = Verification(request: request, user: UserID(rawValue: geteuid()))
        let parent = directory.descriptor.number
        let fileName = volume.fileName
        let file = try rethrowing(as: { StoreError.untrusted(VerificationError(request, $0)) }) {
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
            throw .otherImageThere(volume: volume, found: found, expected: digests.first ?? found)
        }
        let writable: FilePermissions = [.ownerWrite, .groupWrite, .otherWrite]
        guard !file.status.permissions.isDisjoint(with: writable) else { return .alreadyThere }
        let number = file.descriptor.number
        do throws(Errno) {
            _ = try systemCall { fchmod(number, 0o444) }.get()
            _ = try systemCall { fsync(number) }.get()
        } catch {
            throw .failed(operation: "chmod", path: path, errno: error)
        }
        return .madeReadOnly
    }

    private func digest(
        of file: borrowing RegularFile,
        _ path: FilePath,
    ) throws(StoreError) -> Digest {
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
            throw .failed(operation: "read", path: path, errno: error)
        }
        return digester.finish().first ?? Digest(.sha256, bytes: [])
    }
}

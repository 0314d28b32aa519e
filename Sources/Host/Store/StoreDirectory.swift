import CLinux
import Glibc
import Planning
import SystemPackage

/// The directory of a storage that firmware goes into, held open. Found and trusted as the
/// launcher does at a VM's start, so that what is put there can be started from there.
struct StoreDirectory: ~Copyable {
    /// Open for reading: a directory that is only looked at (`O_PATH`) cannot be synced.
    let descriptor: OwnedDescriptor
    let path: FilePath

    /// - Parameter creating: whether a missing directory is made: the first of those that the
    ///   volume may be in.
    init(for request: ImageRequest, creating: Bool) throws(LaunchFailure) {
        let verification = Verification(request: request, user: UserID(rawValue: geteuid()))
        let directory = try rethrowing(as: { LaunchFailure(VerificationError(request, $0)) }) {
            () throws(VerificationError.Cause) in
            try verification.directory(creating: creating)
        }
        let opened: OwnedDescriptor
        do throws(Errno) {
            opened = try OwnedDescriptor(
                opening: ".",
                in: directory.descriptor.number,
                flags: O_RDONLY | O_DIRECTORY,
            )
        } catch {
            throw LaunchFailure(
                StoreError.failed(operation: "open", path: directory.path, errno: error)
            )
        }
        path = directory.path
        descriptor = opened
    }

    /// Makes names that were added or taken away survive a loss of power. File systems that have
    /// nothing to do for that say EINVAL.
    borrowing func sync() throws(Errno) {
        let number = descriptor.number
        do throws(Errno) {
            _ = try systemCall { fsync(number) }.get()
        } catch .invalidArgument {
            return
        }
    }

    borrowing func remove(_ name: String) throws(Errno) {
        let number = descriptor.number
        _ = try unsafe name.withCString { name in
            systemCall { unsafe unlinkat(number, name, 0) }
        }.get()
    }

    /// Gives a file its name, if no other file has it.
    ///
    /// - Throws: `Errno.fileExists`.
    borrowing func rename(_ name: String, toNew newName: String) throws(Errno) {
        let number = descriptor.number
        let result = unsafe name.withCString { name in
            unsafe newName.withCString { newName in
                systemCall { unsafe linux_rename_new(number, name, newName) }
            }
        }
        do throws(Errno) {
            _ = try result.get()
        } catch .invalidArgument {
            // NFS cannot rename that way, but making a second name never replaces a file either.
            try link(name, toNew: newName)
        }
    }

    private borrowing func link(_ name: String, toNew newName: String) throws(Errno) {
        let number = descriptor.number
        let linked = unsafe name.withCString { name in
            unsafe newName.withCString { newName in
                systemCall { unsafe linkat(number, name, number, newName, 0) }
            }
        }
        do throws(Errno) {
            _ = try linked.get()
        } catch .notPermitted, .notSupported, .noFunction {
            // No second names. Between looking and renaming only another import of the same name
            // could come in.
            guard try !has(newName) else { throw .fileExists }
            _ = try unsafe name.withCString { name in
                unsafe newName.withCString { newName in
                    systemCall { unsafe renameat(number, name, number, newName) }
                }
            }.get()
            return
        }
        // The image has its name; the first one is removed by the next import at the latest.
        do throws(Errno) { try remove(name) } catch { return }
    }

    private borrowing func has(_ name: String) throws(Errno) -> Bool {
        do throws(Errno) {
            _ = try OwnedDescriptor(
                opening: FilePath(name),
                in: descriptor.number,
                flags: LINUX_O_PATH | O_NOFOLLOW,
            )
            return true
        } catch .noSuchFileOrDirectory {
            return false
        }
    }
}

extension Verification {
    /// The directory that the image is or will be in.
    fileprivate func directory(creating: Bool) throws(Cause) -> OpenDirectory {
        do throws(Cause) {
            return try firmwareDirectory()
        } catch .directoryMissing(let tried) {
            guard creating, let first = request.directories.first else {
                throw .directoryMissing(tried: tried)
            }
            try create(first)
            return try firmwareDirectory()
        }
    }

    private func create(_ directory: String) throws(Cause) {
        var parent = try openRoot()
        for name in directory.split(separator: "/").map(String.init) {
            if let next = try enter(name, from: parent) {
                parent = next
                continue
            }
            let number = parent.descriptor.number
            let path = parent.path.appending(name)
            try rethrowing(as: { cause($0, of: "mkdir", path) }) { () throws(Errno) in
                _ = try unsafe name.withCString { name in
                    systemCall { unsafe mkdirat(number, name, 0o755) }
                }.get()
            }
            guard let next = try enter(name, from: parent) else {
                throw .directoryMissing(tried: [path])
            }
            parent = next
        }
    }
}

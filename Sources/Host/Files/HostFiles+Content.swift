import Glibc
import Planning
package import SystemPackage

extension HostFiles {
    /// A regular file, whoever owns it: for what is only looked at.
    package static func content(at path: FilePath, limit: Int) throws(HostFileError) -> [UInt8] {
        try content(of: try open(path, limit: limit), path, limit: limit)
    }

    /// A regular file of at most `limit` bytes.
    static func open(_ path: FilePath, limit: Int) throws(HostFileError) -> RegularFile {
        let file: RegularFile
        do throws(RegularFile.OpenError) {
            file = try RegularFile(opening: path)
        } catch {
            throw failure(error, path)
        }
        guard file.status.size <= limit else { throw .tooLarge(path: path, limit: limit) }
        return file
    }
}

extension HostFiles {
    /// A variable store: a regular file or a block device. `nil` where it cannot be read.
    static func variableStore(at path: FilePath) -> VariableStoreFile? {
        do {
            // Opening anything else might act on it.
            guard [.regular, .blockSpecial].contains(try Stat(at: path).type) else { return nil }
            let file = try OwnedDescriptor(
                opening: path,
                flags: O_RDONLY | O_NONBLOCK | O_NOCTTY,
            )
            let status = try file.status()
            let byteCount: Int
            switch status.type {
            case .regular: byteCount = Int(status.size)
            // Whose size stat(2) does not tell.
            case .blockSpecial: byteCount = try file.endOfDevice()
            default: return nil
            }
            return VariableStoreFile(
                start: try file.read(atMost: VariableStoreFile.startByteCount),
                byteCount: UInt64(clamping: byteCount),
            )
        } catch {
            return nil
        }
    }

    package static func isRegularFile(_ path: FilePath) -> Bool {
        do throws(HostFileError) {
            _ = try byteCount(ofRegularFile: path)
            return true
        } catch {
            return false
        }
    }
}

extension OwnedDescriptor {
    /// How long a block device is, in bytes; reading goes on from its start.
    fileprivate borrowing func endOfDevice() throws(Errno) -> Int {
        let number = number
        let end = try systemCall { lseek(number, 0, SEEK_END) }.get()
        _ = try systemCall { lseek(number, 0, SEEK_SET) }.get()
        return end
    }
}

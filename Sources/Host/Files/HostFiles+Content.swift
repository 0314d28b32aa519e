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
    /// The first bytes of a regular file; `nil` where there are fewer or they cannot be read.
    static func start(of path: FilePath, byteCount: Int) -> [UInt8]? {
        do {
            let bytes = try RegularFile(opening: path).descriptor.read(atMost: byteCount)
            return bytes.count == byteCount ? bytes : nil
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

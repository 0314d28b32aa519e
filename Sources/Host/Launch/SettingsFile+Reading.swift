import Glibc
package import Planning
import SystemPackage

extension SettingsFiles {
    /// Where QEMU looks for settings unless it is told not to (Debian's and Proxmox's builds).
    private static let defaultPath: ByteString = "/etc/qemu/qemu.conf"

    /// Reads what QEMU would read for this command line, without taking anything from it.
    package init(readBy vector: ArgumentVector) {
        var defaultFile = vector.readsDefaultSettings ? SettingsFile(at: Self.defaultPath) : nil
        // QEMU does without.
        if defaultFile?.isMissing == true { defaultFile = nil }
        var included: [ByteString: SettingsFile] = [:]
        for path in vector.settingsPaths where included[path] == nil {
            included[path] = SettingsFile(at: path)
        }
        self.init(defaultFile: defaultFile, included: included)
    }
}

extension SettingsFile {
    fileprivate init(at path: ByteString) {
        let file = FilePath(path)
        // Looked at before it is read: what is in it then was there under the same owners.
        let way = TrustedPath(to: file)
        let untrusted =
            way.untrusted.map { Doubt.writableByOthers(place: quoted($0)) }
            ?? way.failure.flatMap { Doubt(HostFileError.unreadable(path: file, errno: $0)) }
        do throws(HostFileError) {
            let bytes = try HostFiles.content(at: file, limit: Self.maximumByteCount)
            // What was read by a way that could not be followed is nobody's.
            let lost = way.failure.map { Doubt.unreadable(why: "\($0)") }
            self.init(path: path, bytes: bytes, doubt: untrusted ?? lost)
        } catch {
            let doubt = Doubt(error)
            let other = doubt == .notRegular ? doubt : untrusted ?? doubt
            self.init(path: path, bytes: nil, doubt: other)
        }
    }

    /// Far more than anybody writes by hand.
    private static let maximumByteCount = 1 << 20

    /// Where nobody else can put a file, one that is not there stays away.
    fileprivate var isMissing: Bool { bytes == nil && doubt == nil }
}

extension SettingsFile.Doubt {
    /// `nil` where QEMU, which is the same user, will not get anything either, and says so.
    fileprivate init?(_ error: HostFileError) {
        switch error {
        case .missing: return nil
        case .unreadable(_, let errno) where Self.isAnswer(errno): return nil
        case .notRegularFile: self = .notRegular
        default: self = .unreadable(why: error.message)
        }
    }

    /// Whether the error is about the file, and not about the moment or the launcher.
    private static func isAnswer(_ errno: Errno) -> Bool {
        [
            .noSuchFileOrDirectory, .notDirectory, .permissionDenied, .notPermitted,
            .tooManySymbolicLinkLevels, .fileNameTooLong, .isDirectory,
        ].contains(errno)
    }
}

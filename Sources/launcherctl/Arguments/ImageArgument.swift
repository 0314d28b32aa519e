import Host
import Planning
import SystemPackage

/// An image that a person names: a firmware image by its ID, or else a file.
struct ImageArgument {
    /// Twice what any build needs; larger files are not firmware.
    static let maximumByteCount = 64 << 20

    let name: String
    let path: FilePath

    /// `./a:b/c` names a file that looks like a volume.
    init(_ text: String, configuration: String?) throws(LaunchFailure) {
        guard let volume = Self.volume(text) else {
            self.init(file: FilePath(text))
            return
        }
        let invocation = try Invocation.current()
        let settings = try LaunchFiles.configuration(at: configuration.map { FilePath($0) })
        let storages = try LaunchFiles.storages(for: settings)
        let location: FirmwareLocation
        do throws(VolumeError) {
            location = try storages.firmwareLocation(of: volume, on: invocation.nodeName)
        } catch {
            throw LaunchFailure(error)
        }
        self.init(volume, at: location)
    }

    /// A firmware image where it would be looked for.
    init(_ volume: FirmwareVolumeID, at location: FirmwareLocation) {
        name = volume.description
        let candidates = location.directories.map {
            location.root.appending($0).appending(location.fileName)
        }
        path =
            candidates.first(where: HostFiles.isRegularFile) ?? candidates.first
            ?? FilePath(name)
    }

    init(file path: FilePath) {
        name = path.string
        self.path = path
    }

    /// It may have any owner: looking at an image starts nothing.
    func read() throws(LaunchFailure) -> [UInt8] {
        do throws(HostFileError) {
            return try HostFiles.content(at: path, limit: Self.maximumByteCount)
        } catch {
            throw LaunchFailure(UnreadableImage(cause: error))
        }
    }

    /// It exists, and perhaps no guest will start from it.
    func warn(about volume: FirmwareVolumeID) throws(LaunchFailure) {
        let bytes = try read()
        guard let refusal = refusalOfForm(bytes.span, for: .x86) else { return }
        let label = "firmware image \(quoted(volume.description))"
        Console(program: "launcherctl").warn(refusal, about: label)
    }

    private static func volume(_ text: String) -> FirmwareVolumeID? {
        do throws(VolumeIDError) {
            return try FirmwareVolumeID(parsing: ByteString(text))
        } catch {
            return nil
        }
    }
}

/// An image that somebody names and that cannot be read; the status is that of a volume, not of a
/// configuration file.
struct UnreadableImage: Failure {
    let cause: HostFileError

    var message: String { cause.message }

    var hint: String? {
        switch cause {
        case .missing: "name a file, or a volume ID: STORAGE:efi-firmware/FILE"
        case .danglingSymbolicLink, .notRegularFile, .replaced, .tooLarge, .foreignOwner,
            .writableByOthers, .unreadable, .changed, .locked, .configurationMissing, .notReplaced,
            .exchangeable:
            cause.hint
        }
    }

    var exitStatus: ExitStatus {
        switch cause {
        case .missing, .danglingSymbolicLink: .volumeMissing
        case .notRegularFile, .tooLarge: .imageRefused
        case .replaced, .foreignOwner, .writableByOthers, .unreadable, .changed, .locked,
            .configurationMissing, .notReplaced, .exchangeable:
            cause.exitStatus
        }
    }
}

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
        let settings = try LaunchFiles.configuration(at: configuration.map { workingPath($0) })
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

    /// What a section of launcher.conf is about.
    init(_ subject: FirmwareSection.Subject, in inventory: Inventory) throws(LaunchFailure) {
        switch subject {
        case .volume(let volume): self.init(volume, at: try inventory.location(of: volume))
        case .path(let path): self.init(file: path)
        }
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
            let volume = name == path.string ? nil : name
            throw LaunchFailure(UnreadableImage(cause: error, volume: volume))
        }
    }

    /// What to write about its build beside its pin. It exists, and perhaps no guest will start from
    /// it: then there is a warning, and nothing is known.
    ///
    /// - Parameter digests: of the image that is pinned.
    /// - Throws: if the file is another one by now.
    func judged(
        _ subject: FirmwareSection.Subject,
        having digests: [Digest],
    ) throws(LaunchFailure) -> FirmwareBuild? {
        let bytes = try read()
        let found = ImageDigester.digests(of: bytes.span, by: digests.map(\.algorithm))
        guard digests.allSatisfy(found.contains) else {
            throw LaunchFailure(HostFileError.changed(path: path))
        }
        if let refusal = refusalOfForm(bytes.span, for: .x86) {
            // Stock firmware may be a PC BIOS: nobody asked for another firmware.
            if case .volume = subject {
                let label = "firmware image \(quoted(subject.description))"
                Console(program: "launcherctl").warn(refusal, about: label)
            }
            return nil
        }
        do throws(ContentsFault) {
            return try FirmwareBuild(FirmwareImage(bytes.span), of: bytes.span)
        } catch {
            return nil
        }
    }

    private static func volume(_ text: String) -> FirmwareVolumeID? {
        do throws(VolumeIDError) {
            return try FirmwareVolumeID(parsing: ByteString(text))
        } catch {
            return nil
        }
    }
}

/// An image that there is not, where one of nearly the same name is.
struct MeantImage: Failure {
    let message: String
    let hint: String?
    let exitStatus: ExitStatus

    /// - Returns: `nil` for other failures, and if no name is near.
    init?(_ failure: LaunchFailure) {
        let (missing, volume): (FilePath, String?)
        if let error = failure.cause as? VerificationError,
            case .fileMissing(let path) = error.cause, case .volume(let name) = error.subject
        {
            (missing, volume) = (path, name)
        } else if let error = failure.cause as? UnreadableImage,
            case .missing(let path) = error.cause
        {
            (missing, volume) = (path, error.volume)
        } else {
            return nil
        }
        guard let name = Self.nearest(to: missing) else { return nil }
        let path = missing.removingLastComponent().appending(name).string
        let start = volume.flatMap { text in text.lastIndex(of: "/").map { text[...$0] } }
        message = failure.message
        hint = "did you mean \(quoted(start.map { $0 + name } ?? path))?"
        exitStatus = failure.exitStatus
    }

    private static func nearest(to missing: FilePath) -> String? {
        let directory = missing.removingLastComponent()
        guard let name = missing.lastComponent?.string else { return nil }
        do throws(Errno) {
            let names = try DirectoryListing.names(in: directory.isEmpty ? "." : directory)
            return Planning.nearest(to: name, among: names)
        } catch {
            return nil
        }
    }
}

/// An image that somebody names and that cannot be read; the status is that of a volume, not of a
/// configuration file.
struct UnreadableImage: Failure {
    let cause: HostFileError
    /// The image's ID; `nil` for a file.
    let volume: String?

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

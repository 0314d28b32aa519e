import CLinux
import Glibc
import Planning
import SystemPackage

extension LaunchSurroundings {
    /// Looks at this host for what the rows depend on.
    init(
        of request: LaunchRequest,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) {
        let commandLine = request.passedThrough
        let directory: ByteString
        do throws(Errno) {
            directory = try FilePath("/proc/self/cwd").linkContent()
        } catch {
            throw LaunchFailure(
                HostError.systemCallFailed(
                    operation: "readlink",
                    path: "/proc/self/cwd",
                    errno: error
                )
            )
        }
        let prefix = Array("TMPDIR=".utf8)
        self.init(
            workingDirectory: directory,
            programs: Self.programs(Planner.programs(request, settings)),
            references: Self.references(of: commandLine.imagesWithReferences(from: directory)),
            storages: try LaunchFiles.storages(for: settings.configuration).survey().storages,
            nodeName: request.invocation.nodeName,
            temporaryFolder: request.invocation.environment
                .last { $0.bytes.starts(with: prefix) && $0.bytes.count > prefix.count }
                .map { ByteString($0.bytes.dropFirst(prefix.count)) },
        )
    }

    /// Notes which of these files root may use only by a capability.
    mutating func look(at rules: [FileRule]) throws(LaunchFailure) {
        do throws(Errno) {
            foreign = try CapabilitySets.withoutOverride { () throws(Errno) in
                Set(rules.filter { !$0.isOurs && Self.isForeign($0.row) }.map(\.path))
            }
        } catch {
            throw LaunchFailure(ConfinementError.capabilitiesNotGivenUp(error))
        }
    }

    private static func isForeign(_ row: FileRow) -> Bool {
        let path = FilePath(row.path)
        let mode = mode(of: row.access)
        switch CapabilitySets.obstacle(to: path, mode) {
        case nil: return false
        case .noSuchFileOrDirectory?, .notDirectory?:
            // Where it will or may be made.
            let folder = CapabilitySets.obstacle(
                to: FilePath(row.path.folder),
                row.folderAccess.isDisjoint(with: .changing) ? X_OK : W_OK | X_OK,
            )
            return folder != nil && folder != .noSuchFileOrDirectory && folder != .notDirectory
        // Not even root may get what is asked for: a read-only file system.
        case .readOnlyFileSystem?: return false
        default: return true
        }
    }

    private static func mode(of access: FileAccess) -> Int32 {
        (access.isDisjoint(with: .read) ? 0 : R_OK)
            | (access.isDisjoint(with: .changing) ? 0 : W_OK)
            | (access.contains(.execute) ? X_OK : 0)
    }
}

// MARK: - QEMU's program

extension LaunchSurroundings {
    /// As deep as the kernel goes (`BINPRM_BUF_SIZE` and its loop in fs/exec.c).
    private static let maximumLoaderCount = 5

    /// The program and what the kernel loads for it; empty if there is none, which the launch
    /// says by itself, or if its loader cannot be found, which the kernel says then.
    private static func programs(_ candidates: [FilePath]) -> [ByteString] {
        let program: FilePath
        do throws(LaunchFailure) {
            program = try Executable(firstOf: candidates).path
        } catch {
            return []
        }
        var paths: [ByteString] = []
        var next: FilePath? = program
        while let path = next, paths.count < maximumLoaderCount {
            do throws(Errno) {
                let file = try OwnedDescriptor(opening: path, flags: O_RDONLY)
                paths.append(try file.path())
                next = try loader(of: file)
            } catch {
                return paths
            }
        }
        return paths
    }

    private static func loader(of file: borrowing OwnedDescriptor) throws(Errno) -> FilePath? {
        switch ProgramLoader(try file.read(atMost: ProgramLoader.byteCount)) {
        case nil, .none?: return nil
        case .path(let path)?: return FilePath(path)
        case .range(let offset, let byteCount)?:
            let number = file.number
            _ = try systemCall { lseek(number, off_t(offset), SEEK_SET) }.get()
            let name = try file.read(atMost: byteCount).prefix { $0 != 0 }
            return name.isEmpty ? nil : FilePath(ByteString(name))
        }
    }
}

// MARK: - Images

extension LaunchSurroundings {
    /// QEMU would not open a longer chain either.
    private static let maximumImageCount = 500

    private static func references(
        of images: [ByteString]
    ) -> [ByteString: [LaunchSurroundings.Reference]] {
        var found: [ByteString: [LaunchSurroundings.Reference]] = [:]
        var waiting = images
        while let image = waiting.popLast(), found.count < maximumImageCount {
            guard found[image] == nil, let references = references(in: image) else { continue }
            let files = references.files(of: image)
            found[image] = files.map { Reference(path: $0.path, isBacking: $0.isBacking) }
            guard references.mayGoOn else { continue }
            waiting += files.filter(\.isBacking).map(\.path)
        }
        return found
    }

    /// - Returns: `nil` if the image is of another format, or cannot be read: QEMU will say so.
    private static func references(in image: ByteString) -> ImageReferences? {
        do throws(Errno) {
            // Opening anything else might act on it.
            let path = FilePath(image)
            guard [.regular, .blockSpecial].contains(try Stat(at: path).type) else { return nil }
            let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY
            let file = try OwnedDescriptor(opening: path, flags: flags)
            return ImageReferences(try file.read(atMost: ImageReferences.byteCount))
        } catch {
            return nil
        }
    }
}

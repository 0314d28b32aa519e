import Glibc
package import Planning
package import SystemPackage

/// The files of this host that a launch depends on, each read once.
package enum LaunchFiles {
    /// The launcher's configuration.
    ///
    /// No directory for the default file means that nothing is configured. Where there is one, the
    /// file has to be there, as one that was named: that an editor is renaming it, or that it is on
    /// a file system not mounted yet, must not start VMs without their firmware. A call that starts
    /// no VM is answered with the defaults if the file is broken: Proxmox asks for `--version` all
    /// the time, and learns nothing from our troubles.
    package static func configuration(
        for request: LaunchRequest
    ) throws(LaunchFailure) -> LauncherConfiguration {
        do {
            return try configuration(at: request.configurationPath)
        } catch {
            guard request.isQuestion else { throw error.labelled(request.identity.label) }
            return .defaults
        }
    }

    /// - Parameter path: `nil` for the default file.
    package static func configuration(
        at path: FilePath?
    ) throws(LaunchFailure) -> LauncherConfiguration {
        guard let path else {
            return try configuration(whereNoneIsNamed: LauncherConfiguration.defaultFile)
        }
        let bytes = try failing { () throws(HostFileError) in
            guard let bytes = try HostFiles.configuration(at: path) else {
                throw .missing(path: path)
            }
            return bytes
        }
        return try configuration(bytes, of: path)
    }

    /// - Parameter file: the default one, perhaps of another root than `/`.
    package static func configuration(
        whereNoneIsNamed file: FilePath
    ) throws(LaunchFailure) -> LauncherConfiguration {
        let bytes = try failing { () throws(HostFileError) in
            if let bytes = try HostFiles.configuration(at: file) { return bytes as [UInt8]? }
            guard try HostFiles.isAnythingAt(file.removingLastComponent()) else { return nil }
            throw .configurationMissing(path: file)
        }
        return try bytes.map { bytes throws(LaunchFailure) in
            try configuration(bytes, of: file)
        } ?? .defaults
    }

    private static func configuration(
        _ bytes: [UInt8],
        of file: FilePath,
    ) throws(LaunchFailure) -> LauncherConfiguration {
        try failing { () throws(ConfigurationError) in
            try LauncherConfiguration(parsing: bytes, file: file.string)
        }
    }

    /// Proxmox's storages and our own. A storage.cfg that the configuration names has to be there.
    package static func storages(
        for configuration: LauncherConfiguration
    ) throws(LaunchFailure) -> StorageConfiguration {
        let setting = configuration.storageConfiguration
        let bytes = try failing { () throws(HostFileError) in
            guard let bytes = try HostFiles.configuration(at: setting.value) else {
                guard setting.line == nil else { throw .missing(path: setting.value) }
                return [UInt8]?.none
            }
            return bytes
        }
        return try failing { () throws(ConfigurationError) in
            try StorageConfiguration(configuration, storageConfiguration: bytes)
        }
    }

    /// The VM's own configuration, next to storage.cfg: everything of a cluster is in one directory.
    static func guest(
        of request: LaunchRequest,
        _ configuration: LauncherConfiguration,
    ) -> KnownGuest {
        guard let vmid = Planner.guestToRead(for: request, configuration) else { return .notNeeded }
        do throws(LaunchFailure) {
            let found = try ClusterFiles.guest(
                vmid,
                on: request.invocation.nodeName,
                below: configuration.storageConfiguration.value.removingLastComponent(),
            )
            return .read(found.guest, file: found.file.string)
        } catch {
            return .unreadable(error)
        }
    }

    /// What on this host decides whether the command line is accepted.
    package static func audit(
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
        _ kernels: [ByteString: [UInt8]],
    ) -> CommandLineAudit.Context {
        var context = CommandLineAudit.Context()
        context.allowsDebugging = settings.allowsDebugging
        context.permitted = settings.permitted
        context.workingDirectoryIsWritableByOthers =
            request.invocation.isRoot && request.invocation.workingDirectoryIsWritableByOthers
        context.untrustedDirectories = Set(
            request.dataDirectories.filter { !isTrusted(directory: FilePath($0)) }
        )
        let commandLine = request.commandLine
        for path in commandLine.romPaths + commandLine.programPaths {
            context.untrustedFiles[path] = untrustedPlace(on: FilePath(path))
        }
        for path in commandLine.kernelPaths {
            context.kernels[path] = kernels[path].map { isLinux($0) ? .linux : .other }
            // Somebody may make it before QEMU looks.
            if kernels[path] == nil { context.unreadFiles.insert(path) }
        }
        return context
    }

    /// A missing file can be made only by somebody who may write to a directory above it.
    private static func isTrusted(directory: FilePath) -> Bool {
        do throws(Errno) {
            let path = try FilePath.workingDirectory().pushing(directory)
            return try HostFiles.isOwnDirectory(path)
        } catch {
            return error == .noSuchFileOrDirectory && TrustedPath(to: directory).untrusted == nil
        }
    }

    /// What others could change on the way to a file; `nil` if there is nothing.
    private static func untrustedPlace(on path: FilePath) -> String? {
        TrustedPath(to: path).untrusted.map { quoted($0) }
    }

    /// Where Linux has its magic number, `HdrS` (Documentation/arch/x86/boot.rst of the kernel).
    private static let linuxMagic = (offset: 0x202, bytes: Array("HdrS".utf8))

    private static func isLinux(_ kernel: [UInt8]) -> Bool {
        kernel.dropFirst(linuxMagic.offset).starts(with: linuxMagic.bytes)
    }

    /// Larger than any kernel with its initrd in one file.
    private static let maximumKernelByteCount = 1 << 30

    /// The files of `-kernel` that can be read.
    static func kernels(of request: LaunchRequest) -> [ByteString: [UInt8]] {
        var kernels: [ByteString: [UInt8]] = [:]
        for path in request.commandLine.kernelPaths where kernels[path] == nil {
            do throws(HostFileError) {
                kernels[path] = try HostFiles.content(
                    at: FilePath(path),
                    limit: maximumKernelByteCount,
                )
            } catch {
                continue
            }
        }
        return kernels
    }

    /// What QEMU gets as sealed copies, by the files' names.
    static func copied(
        _ request: LaunchRequest,
        _ kernels: [ByteString: [UInt8]],
    ) -> [ByteString: [UInt8]] {
        var copied = kernels
        for file in request.commandLine.files.all { copied[file.path] = file.bytes }
        return copied
    }

    /// The variable store, with what its file begins with.
    package static func store(_ store: FlashFile) -> JudgementContext.VariableStoreFacts {
        guard let file = store.file else { return .init(store) }
        return .init(store, file: HostFiles.variableStore(at: FilePath(file)))
    }
}

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
            // A file whose path could not be followed has no trusted owner.
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

    /// If nobody else can put a file there, a missing file stays missing.
    fileprivate var isMissing: Bool { bytes == nil && doubt == nil }
}

extension SettingsFile.Doubt {
    /// `nil` if QEMU, which is the same user, will not get anything either, and says so.
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

package import Planning
package import SystemPackage

/// The files of this host that a launch depends on, each read once.
package enum LaunchFiles {
    /// Where QEMU looks for settings unless it is told not to (Debian's and Proxmox's builds).
    private static let qemuConfiguration: ByteString = "/etc/qemu/qemu.conf"

    /// The launcher's configuration.
    ///
    /// No directory for the default file means that nothing is configured. Where there is one, the
    /// file has to be there, as one that was named: that an editor is renaming it, or that it is on
    /// a file system not mounted yet, must not start VMs without their firmware. A call that starts no VM is answered with the defaults where the file is
    /// broken: Proxmox asks for `--version` all the time, and learns nothing from our troubles.
    package static func configuration(
        for request: LaunchRequest
    ) throws(LaunchFailure) -> LauncherConfiguration {
        do {
            return try configuration(at: request.configurationPath)
        } catch {
            guard request.isInformational else { throw error.labelled(request.identity.label) }
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

    /// What QEMU will read besides its command line.
    package static func audit(
        _ request: LaunchRequest,
        allowsDebugging: Bool,
    ) -> AuditContext {
        var context = AuditContext(allowsDebugging: allowsDebugging)
        context.workingDirectoryIsWritableByOthers =
            request.invocation.isRoot && request.invocation.workingDirectoryIsWritableByOthers
        var paths = request.configurationFilePaths
        if request.readsDefaultConfiguration {
            paths.insert(qemuConfiguration, at: 0)
            context.defaultFile = qemuConfiguration
        }
        for path in paths {
            switch HostFiles.included(at: FilePath(path)) {
            case .content(let bytes):
                context.configurationFiles.append(QEMUConfigurationFile(bytes, path: path))
            case .writableByOthers: context.untrustedFiles.insert(path)
            case .notRegular: context.unrepeatableFiles.insert(path)
            case .unknown(let why): context.uncheckedFiles[path] = why
            case .unreadable: break
            }
        }
        for path in request.loadedFilePaths {
            context.fileByteCounts[path] = byteCount(of: path)
        }
        return context
    }

    /// The variable store, whose file is looked at where the command line leaves its size open.
    package static func store(_ store: FlashFile) -> JudgementContext.Store {
        guard store.statedByteCount == nil, let file = store.file else { return .init(store) }
        return .init(store, file: HostFiles.variableStore(at: FilePath(file)))
    }

    /// `nil` for what is no readable regular file: how much of it is loaded is then unknown.
    private static func byteCount(of path: ByteString) -> UInt64? {
        do throws(HostFileError) {
            return UInt64(exactly: try HostFiles.byteCount(ofRegularFile: FilePath(path)))
        } catch {
            return nil
        }
    }
}

import FoundationEssentials
import Host
import Planning
import SystemPackage

/// The launcher in the place of `/usr/bin/kvm`, a symbolic link that Proxmox's package of QEMU
/// owns: a dpkg diversion, so that an upgrade of QEMU unpacks its link next to ours and not over
/// it.
///
/// dpkg-divert is told not to rename. Its renaming would leave a moment without a
/// `/usr/bin/kvm`, in which no VM can start; we move the links ourselves, each by one rename that
/// replaces the other. Interrupted anywhere, there is a `/usr/bin/kvm` that starts VMs, and the
/// same command finishes the work.
struct Diversion {
    static let path: FilePath = "/usr/bin/kvm"
    /// Next to the path: the link is relative.
    static let diverted: FilePath = "/usr/bin/kvm.distrib"
    static let launcher = InstalledLauncher.path
    static let package = "qemu-launcher"

    /// Another root than `/`, for installations into a directory (dpkg's `DPKG_ROOT`).
    let root: String

    init(root: String = ProcessInfo.processInfo.environment["DPKG_ROOT"] ?? "") {
        self.root = root
    }

    enum State: Equatable {
        case disabled
        case enabled
        /// A part of both exists.
        case incomplete(String)
        /// Somebody else has diverted the path.
        case foreign(package: String)
        /// No Debian: nothing is diverted, and nothing could be.
        case noDpkg
    }

    func state() throws(LaunchFailure) -> State {
        let owner: String?
        switch try dpkgDivert(["--listpackage", Self.path.string]) {
        case nil: return .noDpkg
        case let output?: owner = output.isEmpty ? nil : output
        }
        let isOurs = isLauncher(Self.path)
        switch owner {
        case Self.package?:
            if isOurs { return fault().map { .incomplete($0) } ?? .enabled }
            return .incomplete("diverted, but \(Self.path) does not lead to the launcher")
        case let other?: return .foreign(package: other)
        case nil where isOurs:
            return .incomplete("\(Self.path) leads to the launcher, but is not diverted")
        case nil: return .disabled
        }
    }

    /// Why VMs do not start through the launcher, although the path leads to where it should be.
    private func fault() -> String? {
        // A launcher below another root is not for this host.
        guard root.isEmpty, let fault = InstalledLauncher.fault(calledAs: Self.path) else {
            return nil
        }
        return "diverted, but \(Self.launcher) \(fault)"
    }

    /// The path below the root.
    func host(_ path: FilePath) -> FilePath { FilePath(root + path.string) }

    func isLauncher(_ path: FilePath) -> Bool {
        target(of: path) == Self.launcher.string
    }

    /// Where a symbolic link leads; `nil` if it is none.
    func target(of path: FilePath) -> String? { DirectoryEntry.targetOfLink(at: host(path)) }

    func exists(_ path: FilePath) -> Bool { DirectoryEntry.exists(at: host(path)) }

    /// - Returns: what it printed, without the last line feed; `nil` if there is no dpkg.
    @discardableResult
    func dpkgDivert(_ arguments: [String]) throws(LaunchFailure) -> String? {
        let place = root.isEmpty ? [] : ["--root=\(root)"]
        let output = try failing { () throws(ChildProcessError) in
            try ChildProcess.run("/usr/bin/dpkg-divert", place + arguments)
        }
        guard let output else { return nil }
        guard output.status == 0 else {
            throw LaunchFailure(DiversionError.refused(arguments: arguments, status: output.status))
        }
        return output.text.hasSuffix("\n") ? String(output.text.dropLast()) : output.text
    }
}

extension Diversion {
    /// Puts the launcher in QEMU's place. Doing it twice changes nothing.
    func enable() throws(LaunchFailure) {
        let lock = try failing { () throws(DiversionError) in try PackageLock(root: root) }
        defer { withExtendedLifetime(lock) {} }
        switch try state() {
        case .noDpkg: throw LaunchFailure(DiversionError.noDpkg)
        case .foreign(let package): throw LaunchFailure(DiversionError.foreign(package: package))
        case .enabled: return
        case .disabled, .incomplete: break
        }
        let link = try failing { () throws(DiversionError) in
            guard exists(Self.launcher) else { throw .launcherMissing }
            guard exists(Self.path) || exists(Self.diverted) else { throw .nothingToDivert }
            return try temporaryLink("kvm", to: Self.launcher.string)
        }
        do throws(LaunchFailure) {
            try failing { () throws(DiversionError) in try requireWorking(link) }
            try dpkgDivert([
                "--package", Self.package, "--no-rename", "--divert", Self.diverted.string, "--add",
                Self.path.string,
            ])
            try failing { () throws(DiversionError) in
                if exists(Self.path), !isLauncher(Self.path) { try keepOriginal() }
                try move(link, to: Self.path)
            }
        } catch {
            try failing { () throws(DiversionError) in try remove(link) }
            throw error
        }
        try failing { () throws(DiversionError) in try syncDirectory() }
    }

    /// Puts QEMU's own link back. Doing it twice changes nothing.
    func disable() throws(LaunchFailure) {
        let lock = try failing { () throws(DiversionError) in try PackageLock(root: root) }
        defer { withExtendedLifetime(lock) {} }
        switch try state() {
        case .noDpkg, .disabled: return
        case .foreign(let package): throw LaunchFailure(DiversionError.foreign(package: package))
        case .enabled, .incomplete: break
        }
        try failing { () throws(DiversionError) in
            if exists(Self.diverted) {
                try move(Self.diverted, to: Self.path)
            } else if isLauncher(Self.path) {
                // QEMU's package is gone, and its link with it.
                try remove(Self.path)
            }
            try syncDirectory()
        }
        try dpkgDivert(["--package", Self.package, "--no-rename", "--remove", Self.path.string])
    }

    /// A copy under the diverted name first, so that the path itself is never without a program.
    private func keepOriginal() throws(DiversionError) {
        if let target = target(of: Self.path) {
            try move(try temporaryLink("distrib", to: target), to: Self.diverted)
            return
        }
        try naming("link", Self.diverted) { () throws(Errno) in
            try DirectoryEntry.addName(host(Self.diverted), to: host(Self.path))
        }
    }

    /// The launcher has to answer as QEMU does before VMs depend on it. Its name ends with `kvm`,
    /// as the path's does.
    private func requireWorking(_ link: FilePath) throws(DiversionError) {
        // A launcher below another root is not for this host.
        guard root.isEmpty else { return }
        let output: ChildProcess.Output?
        do throws(ChildProcessError) {
            output = try ChildProcess.run(host(link).string, ["--version"])
        } catch {
            throw .launcherFails(error.message)
        }
        guard let output, output.status == 0, output.text.hasPrefix("QEMU") else {
            throw .launcherFails("'--version' did not print a version of QEMU")
        }
    }

    private func temporaryLink(
        _ suffix: String,
        to target: String,
    ) throws(DiversionError) -> FilePath {
        let process = ProcessInfo.processInfo.processIdentifier
        let path = FilePath("/usr/bin/.\(Self.package)-\(process).\(suffix)")
        // What cannot be removed is in the way of the link, which then fails.
        do { try DirectoryEntry.remove(host(path)) } catch {}
        try naming("symlink", path) { () throws(Errno) in
            try DirectoryEntry.makeLink(at: host(path), to: target)
        }
        return path
    }

    private func move(_ path: FilePath, to target: FilePath) throws(DiversionError) {
        try naming("rename", target) { () throws(Errno) in
            try DirectoryEntry.move(host(path), to: host(target))
        }
    }

    private func remove(_ path: FilePath) throws(DiversionError) {
        try naming("unlink", path) { () throws(Errno) in
            try DirectoryEntry.remove(host(path))
        }
    }

    private func syncDirectory() throws(DiversionError) {
        let path = Self.path.removingLastComponent()
        let directory = try naming("open", path) { () throws(Errno) in
            try DurableDirectory(host(path))
        }
        try naming("fsync", path) { () throws(Errno) in try directory.sync() }
    }

    /// - Parameter path: as messages name it, with any root.
    private func naming<Value: ~Copyable>(
        _ operation: String,
        _ path: FilePath,
        _ body: () throws(Errno) -> Value,
    ) throws(DiversionError) -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw .failed(operation: operation, path: path, errno: error)
        }
    }
}

extension Diversion {
    private var configuration: FilePath {
        host(LauncherConfiguration.defaultFile)
    }

    /// What the package writes has every setting in it; this is for a host that has lost it.
    private static let nothingConfigured = """
        # Configuration of qemu-launcher, see launcher.conf(5). Nothing is configured.

        """

    /// A configuration that asks for nothing, if there is none: from here on a missing one is an
    /// error, and no VM that never asked for firmware should be refused for that.
    func writeConfiguration() throws(HostFileError) {
        guard try HostFiles.configuration(at: configuration) == nil else { return }
        let directory = configuration.removingLastComponent()
        do throws(Errno) {
            try DirectoryEntry.makeDirectory(
                at: directory,
                permissions: FilePermissions(rawValue: 0o755)
            )
        } catch {
            throw .notReplaced(path: configuration, errno: error)
        }
        let file = try ConfigurationFile(configuration)
        guard file.content == nil else { return }
        try file.replace(with: Array(Self.nothingConfigured.utf8))
    }

    /// - Throws: if the launcher would start no VM because its configuration is missing or broken.
    func requireConfiguration() throws(LaunchFailure) {
        _ = try LaunchFiles.configuration(whereNoneIsNamed: configuration)
    }
}

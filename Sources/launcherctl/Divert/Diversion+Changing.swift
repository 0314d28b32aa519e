import Glibc
import Host
import Planning
import SystemPackage

extension Diversion {
    /// Puts the launcher in QEMU's place. Doing it twice changes nothing.
    func enable() throws(DiversionError) {
        let lock = try PackageLock(root: root)
        defer { withExtendedLifetime(lock) {} }
        switch try state() {
        case .noDpkg: throw .noDpkg
        case .foreign(let package): throw .foreign(package: package)
        case .enabled: return
        case .disabled, .incomplete: break
        }
        guard exists(Self.launcher) else { throw .launcherMissing }
        guard exists(Self.path) || exists(Self.diverted) else { throw .nothingToDivert }
        let link = try temporaryLink("kvm", to: Self.launcher.string)
        do throws(DiversionError) {
            try requireWorking(link)
            try dpkgDivert([
                "--package", Self.package, "--no-rename", "--divert", Self.diverted.string, "--add",
                Self.path.string,
            ])
            if exists(Self.path), !isLauncher(Self.path) { try keepOriginal() }
            try move(link, to: Self.path)
        } catch {
            try remove(link)
            throw error
        }
        try syncDirectory()
    }

    /// Puts QEMU's own link back. Doing it twice changes nothing.
    func disable() throws(DiversionError) {
        let lock = try PackageLock(root: root)
        defer { withExtendedLifetime(lock) {} }
        switch try state() {
        case .noDpkg, .disabled: return
        case .foreign(let package): throw .foreign(package: package)
        case .enabled, .incomplete: break
        }
        if exists(Self.diverted) {
            try move(Self.diverted, to: Self.path)
        } else if isLauncher(Self.path) {
            // QEMU's package is gone, and its link with it.
            try remove(Self.path)
        }
        try syncDirectory()
        try dpkgDivert(["--package", Self.package, "--no-rename", "--remove", Self.path.string])
    }

    /// A copy under the diverted name first, so that the path itself is never without a program.
    private func keepOriginal() throws(DiversionError) {
        if let target = target(of: Self.path) {
            try move(try temporaryLink("distrib", to: target), to: Self.diverted)
            return
        }
        guard unsafe link(host(Self.path), host(Self.diverted)) == 0 || errno == EEXIST else {
            throw .failed(operation: "link", path: Self.diverted, errno: Errno(rawValue: errno))
        }
    }

    /// The launcher has to answer as QEMU does before VMs depend on it. Its name ends with `kvm`,
    /// as the path's does.
    private func requireWorking(_ link: FilePath) throws(DiversionError) {
        // A launcher below another root is not for this host.
        guard root.isEmpty else { return }
        let output: ChildProcess.Output?
        do throws(ChildProcessError) {
            output = try ChildProcess.run(host(link), ["--version"])
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
        let path = FilePath("/usr/bin/.\(Self.package)-\(getpid()).\(suffix)")
        _ = unsafe unlink(host(path))
        guard unsafe symlink(target, host(path)) == 0 else {
            throw .failed(operation: "symlink", path: path, errno: Errno(rawValue: errno))
        }
        return path
    }

    private func move(_ path: FilePath, to target: FilePath) throws(DiversionError) {
        guard unsafe rename(host(path), host(target)) == 0 else {
            throw .failed(operation: "rename", path: target, errno: Errno(rawValue: errno))
        }
    }

    private func remove(_ path: FilePath) throws(DiversionError) {
        guard unsafe unlink(host(path)) == 0 || errno == ENOENT else {
            throw .failed(operation: "unlink", path: path, errno: Errno(rawValue: errno))
        }
    }

    private func syncDirectory() throws(DiversionError) {
        let directory = Self.path.removingLastComponent()
        let descriptor = unsafe open(host(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .failed(operation: "open", path: directory, errno: Errno(rawValue: errno))
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .failed(operation: "fsync", path: directory, errno: Errno(rawValue: errno))
        }
    }
}

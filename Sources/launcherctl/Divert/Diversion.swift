import FoundationEssentials
import Glibc
import Host
import Planning
import SystemPackage

/// The launcher in the place of `/usr/bin/kvm`, a symbolic link that Proxmox's package of QEMU
/// owns: a dpkg diversion, so that an upgrade of QEMU unpacks its link beside it and not over it.
///
/// dpkg-divert is told not to rename. Its renaming would leave a moment without any
/// `/usr/bin/kvm`, in which no VM can start; we move the links ourselves, each by one rename that
/// replaces the other. Interrupted anywhere, there is a `/usr/bin/kvm` that starts VMs, and the
/// same command finishes the work.
struct Diversion {
    static let path: FilePath = "/usr/bin/kvm"
    /// Beside the path: the link is relative.
    static let diverted: FilePath = "/usr/bin/kvm.distrib"
    static let launcher: FilePath = "/usr/sbin/qemu-launcher"
    static let package = "qemu-launcher"

    /// Another root than `/`, for installations into a directory (dpkg's `DPKG_ROOT`).
    let root: String

    init(root: String = ProcessInfo.processInfo.environment["DPKG_ROOT"] ?? "") {
        self.root = root
    }

    enum State: Equatable {
        case disabled
        case enabled
        /// Something is there of both.
        case incomplete(String)
        /// Somebody else has diverted the path.
        case foreign(package: String)
        /// No Debian: nothing is diverted, and nothing could be.
        case noDpkg
    }

    func state() throws(DiversionError) -> State {
        let owner: String?
        switch try dpkgDivert(["--listpackage", Self.path.string]) {
        case nil: return .noDpkg
        case let output?: owner = output.isEmpty ? nil : output
        }
        let isOurs = isLauncher(Self.path)
        switch owner {
        case Self.package?:
            if isOurs { return .enabled }
            return .incomplete("diverted, but \(Self.path) does not lead to the launcher")
        case let other?: return .foreign(package: other)
        case nil where isOurs:
            return .incomplete("\(Self.path) leads to the launcher, but is not diverted")
        case nil: return .disabled
        }
    }

    /// The path below the root.
    func host(_ path: FilePath) -> String { root + path.string }

    func isLauncher(_ path: FilePath) -> Bool {
        target(of: path) == Self.launcher.string
    }

    /// Where a symbolic link leads; `nil` where it is none.
    func target(of path: FilePath) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(host(path), &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func exists(_ path: FilePath) -> Bool {
        var status = Glibc.stat()
        return unsafe lstat(host(path), &status) == 0
    }

    /// - Returns: what it printed, without the last line feed; `nil` where there is no dpkg.
    @discardableResult
    func dpkgDivert(_ arguments: [String]) throws(DiversionError) -> String? {
        let place = root.isEmpty ? [] : ["--root=\(root)"]
        let output: ChildProcess.Output?
        do throws(ChildProcessError) {
            output = try ChildProcess.run("/usr/bin/dpkg-divert", place + arguments)
        } catch {
            throw .dpkgDivert(error)
        }
        guard let output else { return nil }
        guard output.status == 0 else {
            throw .refused(arguments: arguments, status: output.status)
        }
        return output.text.hasSuffix("\n") ? String(output.text.dropLast()) : output.text
    }
}

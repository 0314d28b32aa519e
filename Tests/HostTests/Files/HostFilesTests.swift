import Dispatch
import Foundation
import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

struct HostFilesTests {
    private let directory: TemporaryDirectory
    private let file: FilePath

    init() throws {
        directory = try TemporaryDirectory()
        file = directory.path.appending("launcher.conf")
    }

    @Test(arguments: [0, 1, 65_536, 65_537, 300_000])
    func `a configuration is read whole`(size: Int) throws {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try write(content, to: file, mode: 0o640)
        #expect(try HostFiles.configuration(at: file) == content)
    }

    @Test func `a configuration that is replaced all the time is read, old or new`() throws {
        let (path, other) = (file, directory.path.appending("other"))
        try write([1], to: path)
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            defer { ended.signal() }
            do {
                for _ in 0..<20_000 {
                    try write([1], to: other)
                    try move(other, to: path)
                }
            } catch {
                Issue.record(error)
            }
        }
        for _ in 0..<20_000 { #expect(try HostFiles.configuration(at: path) == [1]) }
        ended.wait()
    }

    @Test func `a file whose size the kernel calls 0 is read all the same`() throws {
        let content = try HostFiles.content(at: "/proc/version", limit: 4096)
        #expect(content.starts(with: Array("Linux".utf8)))
    }

    @Test func `only a file that is not there is nil`() throws {
        #expect(try HostFiles.configuration(at: file) == nil)
        #expect(try HostFiles.configuration(at: file.appending("x")) == nil)
        #expect(try HostFiles.configuration(at: "") == nil)
    }

    @Test func `a symbolic link is followed, and must lead somewhere`() throws {
        let link = directory.path.appending("link")
        try makeLink(link, to: "launcher.conf")
        #expect(throws: HostFileError.danglingSymbolicLink(path: link)) {
            try HostFiles.configuration(at: link)
        }
        try write([1], to: file)
        #expect(try HostFiles.configuration(at: link) == [1])
    }

    @Test func `what is not a regular file is refused, without waiting for anything`() throws {
        #expect(throws: HostFileError.notRegularFile(path: directory.path, found: .directory)) {
            try HostFiles.configuration(at: directory.path)
        }
        #expect(
            throws: HostFileError.notRegularFile(path: "/dev/zero", found: .characterSpecial)
        ) { try HostFiles.configuration(at: "/dev/zero") }
        try makePipe(file, mode: 0o644)
        #expect(throws: HostFileError.notRegularFile(path: file, found: .fifo)) {
            try HostFiles.configuration(at: file)
        }
    }

    @Test func `16 MiB are read, one byte more is not`() throws {
        try write([], to: file, mode: 0o644)
        try resize(file, to: HostFiles.maximumByteCount)
        #expect(try HostFiles.configuration(at: file)?.count == HostFiles.maximumByteCount)
        try resize(file, to: HostFiles.maximumByteCount + 1)
        #expect(
            throws: HostFileError.tooLarge(path: file, limit: HostFiles.maximumByteCount)
        ) { try HostFiles.configuration(at: file) }
    }

    @Test(arguments: [0o660, 0o646, 0o666] as [mode_t])
    func `a configuration that others may write to is refused`(mode: mode_t) throws {
        try write([], to: file, mode: mode)
        let error = #expect(throws: HostFileError.self) {
            try HostFiles.configuration(at: file)
        }
        #expect(error == .writableByOthers(path: file, mode: FilePermissions(rawValue: mode)))
        #expect(error?.hint == "chmod go-w '\(file)'")
        #expect(error?.exitStatus == .notPermitted)
    }

    @Test func `a configuration that others may put another in place of is refused`() throws {
        let folder = directory.path.appending("open")
        try makeDirectory(folder)
        let path = folder.appending("launcher.conf")
        try write([1], to: path, mode: 0o644)
        #expect(try HostFiles.configuration(at: path) == [1])
        for mode in [0o775, 0o757] as [mode_t] {
            try change(folder, mode: mode)
            let error = #expect(throws: HostFileError.self) {
                try HostFiles.configuration(at: path)
            }
            #expect(error == .exchangeable(path: path, by: folder))
            #expect(error?.exitStatus == .notPermitted)
        }
    }

    @Test(.enabled(if: isRoot, "only root may change owners"))
    func `another user's link to a configuration is refused`() throws {
        try write([1], to: file, mode: 0o644)
        let link = directory.path.appending("link")
        try makeLink(link, to: "launcher.conf")
        #expect(unsafe lchown(link.string, 12345, 0) == 0)
        #expect(throws: HostFileError.exchangeable(path: link, by: link)) {
            try HostFiles.configuration(at: link)
        }
    }

    @Test(.enabled(if: isRoot, "only root may change owners"))
    func `another user's configuration is refused, another group's is not`() throws {
        try write([1], to: file, mode: 0o640)
        try change(file, owner: 0, group: 12345)
        #expect(try HostFiles.configuration(at: file) == [1])
        try change(file, owner: 12345, group: 0)
        #expect(throws: HostFileError.foreignOwner(path: file, owner: 12345, user: 0)) {
            try HostFiles.configuration(at: file)
        }
    }

    @Test func `a configuration that may not be read is an error`() async throws {
        try write([], to: file, mode: 0o000)
        await #expect(processExitsWith: .success) { [name = file.string as String] in
            let file = FilePath(name)
            try asOrdinaryUser {
                #expect(throws: HostFileError.unreadable(path: file, errno: .permissionDenied)) {
                    try HostFiles.configuration(at: file)
                }
            }
        }
    }

    @Test func `the size of a regular file is told, and only of one`() throws {
        #expect(throws: HostFileError.missing(path: file)) {
            try HostFiles.byteCount(ofRegularFile: file)
        }
        try write(Array(repeating: 0, count: 131_072), to: file)
        #expect(try HostFiles.byteCount(ofRegularFile: file) == 131_072)
        #expect(
            throws: HostFileError.notRegularFile(path: "/dev/zero", found: .characterSpecial)
        ) { try HostFiles.byteCount(ofRegularFile: "/dev/zero") }
    }
}

/// Files of settings as the launcher finds them: what is in them, and who could change that.
struct SettingsFileTests {
    private let directory: TemporaryDirectory
    private var file: FilePath { directory.path.appending("settings.cfg") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func found(at path: FilePath) throws -> SettingsFile {
        let path = ByteString(path.string)
        let vector = ArgumentVector(["qemu", "-no-user-config", "-readconfig", path])
        let files = SettingsFiles(readBy: vector)
        #expect(files.defaultFile == nil)
        return try #require(files.included[path])
    }

    @Test func `a file of ours is read, and one that nobody can put there is left to QEMU`() throws
    {
        #expect(try found(at: file).doubt == nil)
        #expect(try found(at: file).bytes == nil)
        try write(Array("[machine]".utf8), to: file, mode: 0o644)
        #expect(try found(at: file).doubt == nil)
        #expect(try found(at: file).bytes == Array("[machine]".utf8))
    }

    @Test func `what gives its bytes only once is left to QEMU`() throws {
        for path in ["/dev/null", directory.path] as [FilePath] {
            #expect(try found(at: path).doubt == .notRegular)
        }
        let pipe = directory.path.appending("pipe")
        try makePipe(pipe, mode: 0o644)
        #expect(try found(at: pipe).doubt == .notRegular)
        #expect(try found(at: pipe).bytes == nil)
    }

    @Test func `a file that others may write to is read for the policy, and named`() throws {
        try write(Array("[machine]".utf8), to: file, mode: 0o666)
        #expect(try found(at: file).doubt == .writableByOthers(place: "'\(file)'"))
        #expect(try found(at: file).settings?.sections.count == 1)
    }

    @Test func `a directory on the way that others may write to is named`() throws {
        let shared = directory.path.appending("shared")
        try makeDirectory(shared, mode: 0o777)
        let file = shared.appending("settings.cfg")
        try write([], to: file, mode: 0o644)
        #expect(try found(at: file).doubt == .writableByOthers(place: "'\(shared)'"))
        let missing = shared.appending("missing")
        #expect(try found(at: missing).doubt == .writableByOthers(place: "'\(shared)'"))
        // In one like /tmp, others can take away only what is theirs.
        try change(shared, mode: 0o1777)
        #expect(try found(at: file).doubt == nil)
        #expect(try found(at: missing).doubt == .writableByOthers(place: "'\(shared)'"))
    }

    /// Story: a file of settings behind a link in a user's directory was exchanged between the
    /// launcher's look and QEMU's.
    @Test(.enabled(if: isRoot, "only root can give a directory away"))
    func `a link in somebody's directory is as good as a file that they own`() throws {
        let theirs = directory.path.appending("theirs")
        try makeDirectory(theirs, mode: 0o755)
        try write([], to: file, mode: 0o644)
        let link = theirs.appending("link")
        try makeLink(link, to: file.string)
        #expect(try found(at: link).doubt == nil)
        try change(theirs, owner: 65534, group: 0)
        #expect(try found(at: link).doubt == .writableByOthers(place: "'\(theirs)'"))
    }

    @Test func `a file that is too long to read is not taken for an empty one`() throws {
        try write([], to: file, mode: 0o644)
        try resize(file, to: HostFiles.maximumByteCount + 1)
        guard case .unreadable = try found(at: file).doubt else {
            Issue.record("found \(String(describing: try found(at: file).doubt))")
            return
        }
    }
}

struct ClusterFilesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try makeDirectory(directory.path.appending("nodes"))
    }

    private func addNode(_ name: String, guests: [String: String] = [:]) throws {
        let node = directory.path.appending("nodes").appending(name)
        try makeDirectory(node)
        try makeDirectory(node.appending("qemu-server"))
        for (name, text) in guests {
            try write(Array(text.utf8), to: node.appending("qemu-server").appending(name))
        }
    }

    @Test func `every node's VMs are read, and nothing else`() throws {
        try addNode(
            "pve1",
            guests: ["100.conf": "bios: ovmf\n", "100.conf.tmp": "", "99.conf": ""]
        )
        try addNode("pve2", guests: ["101.conf": "", "a.conf": "", "0101.conf": ""])
        let files = ClusterFiles(below: directory.path)
        #expect(files.guests.map(\.guest.vmid) == [100, 101])
        #expect(files.guests.map(\.node) == ["pve1", "pve2"])
        #expect(files.guests.first?.guest.current.isUEFI == true)
        #expect(files.failures.isEmpty)
    }

    @Test func `a configuration that others could have written is a failure, not a VM`() throws {
        try addNode("pve1", guests: ["100.conf": ""])
        let path = directory.path.pushing("nodes/pve1/qemu-server/100.conf")
        try change(path, mode: 0o666)
        let files = ClusterFiles(below: directory.path)
        #expect(files.guests.isEmpty)
        #expect(files.failures.count == 1)
    }

    @Test func `a node tells its launcher's version, or has none`() throws {
        try addNode("pve1")
        try addNode("pve2")
        let path = directory.path.appending("nodes").appending("pve2")
        try write(Array("1.2.3\n".utf8), to: path.appending("qemu-launcher.version"))
        let files = ClusterFiles(below: directory.path)
        #expect(files.nodes.map(\.name) == ["pve1", "pve2"])
        #expect(files.nodes.map(\.version) == [nil, "1.2.3"])
    }

    @Test func `a host without a cluster has nothing, and nothing is wrong`() {
        let files = ClusterFiles(below: directory.path.appending("missing"))
        #expect(files.nodes.isEmpty && files.guests.isEmpty && files.failures.isEmpty)
    }
}

import Dispatch
import Foundation
import Glibc
import Host
import Planning
import SystemPackage
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

    @Test(.enabled(if: !isRoot, "root may read every file"))
    func `a configuration that may not be read is an error`() throws {
        try write([], to: file, mode: 0o000)
        #expect(throws: HostFileError.unreadable(path: file, errno: .permissionDenied)) {
            try HostFiles.configuration(at: file)
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

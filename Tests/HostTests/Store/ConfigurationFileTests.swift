import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

struct ConfigurationFileTests {
    private let directory: TemporaryDirectory
    private var path: FilePath { directory.path.appending("launcher.conf") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: [0o600, 0o640, 0o644] as [mode_t])
    func `a file is replaced with the mode that it had`(mode: mode_t) throws {
        try write(Array("old".utf8), to: path, mode: mode)
        try ConfigurationFile(path).replace(with: Array("new".utf8))
        #expect(try bytes(of: path) == Array("new".utf8))
        #expect(try Stat(path).permissions == FilePermissions(rawValue: CModeT(mode)))
    }

    @Test func `a file that was not there is made`() throws {
        let file = try ConfigurationFile(path)
        #expect(file.content == nil)
        try file.replace(with: Array("new".utf8))
        #expect(try bytes(of: path) == Array("new".utf8))
    }

    @Test func `a link to a shared file stays a link`() throws {
        let shared = directory.path.appending("shared.conf")
        try write(Array("old".utf8), to: shared, mode: 0o640)
        try makeLink(path, to: shared.string)
        try ConfigurationFile(path).replace(with: Array("new".utf8))
        #expect(try bytes(of: shared) == Array("new".utf8))
        #expect(try Stat(path, followTargetSymlink: false).type == .symbolicLink)
    }

    @Test func `what somebody else changed meanwhile is not lost`() throws {
        try write(Array("old".utf8), to: path, mode: 0o644)
        let file = try ConfigurationFile(path)
        try write(Array("theirs".utf8), to: path, mode: 0o644)
        #expect(throws: HostFileError.changed(path: path)) {
            try file.replace(with: Array("ours".utf8))
        }
        #expect(try bytes(of: path) == Array("theirs".utf8))
    }

    @Test func `a directory that cannot be written leaves the file as it was`() throws {
        try write(Array("old".utf8), to: path, mode: 0o644)
        let file = try ConfigurationFile(path)
        try makeDirectory(FilePath("\(path).tmp"))
        #expect(throws: HostFileError.self) { try file.replace(with: Array("new".utf8)) }
        #expect(try bytes(of: path) == Array("old".utf8))
    }

    @Test func `who changes it has it alone, and until he is done`() throws {
        try write(Array("old".utf8), to: path, mode: 0o644)
        let link = directory.path.appending("link")
        try makeLink(link, to: path.string)
        let lock = directory.path.appending(".launcher.conf.lock")
        do {
            let first = try ConfigurationFile(path)
            #expect(throws: HostFileError.locked(path: path, by: lock)) {
                _ = try ConfigurationFile(link, patience: .milliseconds(30))
            }
            try first.replace(with: Array("new".utf8))
        }
        #expect(try ConfigurationFile(link, patience: .zero).content == Array("new".utf8))
        #expect(try Stat(lock).permissions == FilePermissions(rawValue: 0o600))
    }

    @Test func `who dies while changing it leaves nothing that stops another`() async throws {
        try write(Array("old".utf8), to: path, mode: 0o644)
        let name = path.string
        await #expect(processExitsWith: .signal(SIGKILL)) { [name = name as String] in
            let file = try ConfigurationFile(FilePath(name))
            try write(Array("half".utf8), to: FilePath(name + ".tmp"))
            kill(getpid(), SIGKILL)
            try file.replace(with: [])
        }
        let file = try ConfigurationFile(path, patience: .zero)
        try file.replace(with: Array("new".utf8))
        #expect(try bytes(of: path) == Array("new".utf8))
    }

    @Test func `a file or link that came in where none was is not replaced`() throws {
        let file = try ConfigurationFile(path)
        try makeLink(path, to: "/nowhere")
        #expect(throws: HostFileError.self) { try file.replace(with: Array("new".utf8)) }
        #expect(try Stat(path, followTargetSymlink: false).type == .symbolicLink)
    }
}

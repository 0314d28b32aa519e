import Host
import Planning
import SystemPackage
import Testing

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

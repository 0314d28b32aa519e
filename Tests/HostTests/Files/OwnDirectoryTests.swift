import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

struct OwnDirectoryTests {
    private let directory: TemporaryDirectory
    private let own: FilePath

    /// In /tmp, where everybody may write and nobody may rename what is another's.
    init() throws {
        directory = try TemporaryDirectory()
        own = directory.path.appending("own")
        try makeDirectory(own)
    }

    private func isOwn(_ path: FilePath) -> Bool {
        let bytes = ByteString(path.string)
        return HostFiles.ownDirectories(among: [bytes]) == [bytes]
    }

    @Test func `a directory that nobody else can write to is one's own`() {
        #expect(isOwn(own))
        #expect(isOwn(directory.path))
    }

    @Test(arguments: [0o770, 0o707, 0o1777] as [UInt32])
    func `where others may add files it is not, sticky or not`(mode: UInt32) throws {
        try change(own, mode: mode)
        #expect(!isOwn(own))
        #expect(!isOwn("/tmp"))
    }

    @Test func `where others may exchange a directory above it is not`() throws {
        try change(directory.path, mode: 0o777)
        #expect(!isOwn(own))
        try change(directory.path, mode: 0o1777)
        #expect(isOwn(own))
    }

    @Test(.enabled(if: isRoot, "only root may change owners"))
    func `what another user owns, or has above it, is not`() throws {
        try change(own, owner: 65534, group: 0)
        #expect(!isOwn(own))
        try change(own, owner: 0, group: 0)
        try change(directory.path, owner: 65534, group: 0)
        #expect(!isOwn(own))
    }

    @Test func `a link of one's own to such a directory is as good`() throws {
        let link = directory.path.appending("link")
        try makeLink(link, to: "own")
        #expect(isOwn(link))
        try change(own, mode: 0o777)
        #expect(!isOwn(link))
    }

    @Test func `one that is missing counts where nobody else can make it`() throws {
        let missing = own.appending("missing")
        #expect(isOwn(missing))
        try change(own, mode: 0o1777)
        #expect(!isOwn(missing))
    }

    @Test func `files and relative paths are not`() throws {
        let file = directory.path.appending("file")
        try write([], to: file)
        let paths: [FilePath] = [
            file, "tmp", ".", "",
        ]
        for path in paths { #expect(!isOwn(path), "\(path)") }
    }
}

struct OwnedDescriptorTests {
    // In processes of their own, and a number that nobody opens next: another thread could open it at once.

    @Test func `a descriptor is closed when its owner goes`() async {
        await #expect(processExitsWith: .success) {
            let number = fcntl(2, F_DUPFD, 500)
            do { _ = OwnedDescriptor(takingOver: number) }
            #expect(fcntl(number, F_GETFD) == -1)
        }
    }

    @Test func `a descriptor that is given away stays open`() async {
        await #expect(processExitsWith: .success) {
            let number = OwnedDescriptor(takingOver: fcntl(2, F_DUPFD, 500)).release()
            #expect(fcntl(number, F_GETFD) == 0)
        }
    }
}

import Glibc
import Planning
import SystemPackage
import TestSupport
import Testing

@testable import Host

/// Images that somebody uploaded, as Proxmox leaves them.
struct AdoptionTests {
    private static let image = SyntheticImage().build()
    private static let digest = ImageDigester.digests(of: image.span, by: [.sha256])[0]

    private func adopt(
        _ storage: EmptyStorage,
        expecting digests: [Digest] = [],
    ) throws -> AdoptedImage {
        try leaf {
            try storage.store().adopt(
                expecting: digests.map { ImageRequest.Pin(digest: $0, origin: "test") }
            )
        }
    }

    private func mode(_ path: FilePath) throws -> FilePermissions { try Stat(at: path).permissions }

    @Test(arguments: [0o644, 0o600, 0o664, 0o666, 0o755] as [mode_t])
    func `an image that could be written to is made read-only`(mode: mode_t) throws {
        let storage = try EmptyStorage()
        try write(Self.image, to: storage.image, mode: mode)
        let inode = try Stat(at: storage.image).inode
        let adopted = try adopt(storage)
        #expect(adopted.isChanged)
        #expect(adopted.digests == [Self.digest])
        #expect(adopted.byteCount == Self.image.count)
        #expect(try self.mode(storage.image).rawValue == 0o444)
        // The file that is there, not another one.
        #expect(try Stat(at: storage.image).inode == inode)
        #expect(try bytes(of: storage.image) == Self.image)
    }

    @Test func `an image that is right already is left alone`() throws {
        let storage = try EmptyStorage()
        try write(Self.image, to: storage.image, mode: 0o444)
        #expect(try !adopt(storage, expecting: [Self.digest]).isChanged)
    }

    @Test(.needsRoot) func `the owner becomes root`() throws {
        let storage = try EmptyStorage()
        try write(Self.image, to: storage.image, mode: 0o644)
        try change(storage.image, owner: 65534, group: 65534)
        #expect(try adopt(storage, expecting: [Self.digest]).isChanged)
        let status = try Stat(at: storage.image)
        #expect(status.userID.rawValue == 0)
        #expect(status.permissions.rawValue == 0o444)
    }

    @Test func `an image with another checksum stays as it is`() throws {
        let storage = try EmptyStorage()
        var tampered = Self.image
        tampered[tampered.count / 2] ^= 1
        try write(tampered, to: storage.image, mode: 0o644)
        let error = try #require(throws: VerificationError.self) {
            try adopt(storage, expecting: [Self.digest])
        }
        #expect(error.exitStatus == .imageRefused)
        #expect(try mode(storage.image).rawValue == 0o644)
    }

    @Test(arguments: ["text", "empty", "store", "disk"])
    func `what no VM could start from stays as it is`(kind: String) throws {
        let content: [UInt8] =
            switch kind {
            case "text": Array("<html>not found</html>".utf8)
            case "empty": []
            case "disk": Array("QFI".utf8) + filler(4093, of: 0xFB)
            default: filler(4096, of: 0xFF)
            }
        let storage = try EmptyStorage()
        try write(content, to: storage.image, mode: 0o644)
        #expect(throws: (any Error).self) { try adopt(storage) }
        #expect(try mode(storage.image).rawValue == 0o644)
    }

    @Test func `links, and files with a second name, stay as they are`() throws {
        let storage = try EmptyStorage()
        try write(Self.image, to: storage.outside, mode: 0o644)
        try makeLink(storage.image, to: storage.outside.string)
        #expect(throws: VerificationError.self) { try adopt(storage) }
        try removeFile(storage.image)
        try makeHardLink(storage.image, to: storage.outside)
        #expect(throws: VerificationError.self) { try adopt(storage) }
        #expect(try mode(storage.outside).rawValue == 0o644)
    }

    @Test func `an image that somebody is still writing stays as it is`() throws {
        let storage = try EmptyStorage()
        try write(Self.image, to: storage.image, mode: 0o644)
        let writer = try FileDescriptor.open(storage.image, .writeOnly)
        defer { try? writer.close() }
        let error = try #require(throws: VerificationError.self) { try adopt(storage) }
        guard case .openForWriting = error.cause else {
            Issue.record("\(error.message)")
            return
        }
        #expect(try mode(storage.image).rawValue == 0o644)
    }

    @Test func `a directory that others may write to is refused`() throws {
        let storage = try EmptyStorage()
        try write(Self.image, to: storage.image, mode: 0o644)
        try change(storage.images, mode: 0o777)
        #expect(throws: VerificationError.self) { try adopt(storage) }
        #expect(try mode(storage.image).rawValue == 0o644)
    }

    @Test func `a missing image is told as missing`() throws {
        let error = try #require(throws: VerificationError.self) { try adopt(EmptyStorage()) }
        #expect(error.exitStatus == .volumeMissing)
    }
}

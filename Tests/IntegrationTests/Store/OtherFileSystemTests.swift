import Foundation
import Glibc
import Planning
import Testing

/// The store on file systems that do less than a local one: every call of a kind is answered as
/// they answer it.
@Suite(.launching, .needsProducts, .needsFaultInjection)
struct OtherFileSystemTests {
    private let store: StagedHost
    private let source: String

    init() throws {
        store = try StagedHost(image: "")
        source = "\(store.path)/source.fd"
        try write(Data("an image".utf8), to: source)
        try remove(store.image)
        try store.configure(pins: [])
    }

    private var adding: Child.Request {
        Child.Request(
            program: Products.launcherctl,
            arguments: [
                "launcherctl", "firmware", "add", "--pin", "--config",
                ByteString(store.configuration), ByteString(source),
                ByteString(StagedHost.volume),
            ],
        )
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: store.images)
    }

    /// NFS: no flags for renaming, and no locks where nobody runs them.
    private func onNFS(_ request: Child.Request) -> Child.Request {
        Interruption.answering([.renameat2: EINVAL, .flock: ENOLCK], in: request)
    }

    @Test func `on NFS an image is added as anywhere`() async throws {
        let outcome = try await run(onNFS(adding))
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(try read(store.image) == read(source))
        #expect(try names() == ["a.fd"])
        let again = try await run(onNFS(adding))
        #expect(again.output.contains("is there already, the same image"))
    }

    @Test func `on NFS another image of that name is not replaced either`() async throws {
        try write(Data("another".utf8), to: store.image)
        let outcome = try await run(onNFS(adding))
        #expect(outcome.end == .status(65))
        #expect(try read(store.image) == Data("another".utf8))
        #expect(try names() == ["a.fd"])
    }

    /// CIFS and FUSE: who mounts decides about modes.
    @Test(arguments: [EPERM, EOPNOTSUPP, ENOSYS])
    func `where modes cannot be changed, an image that stays writable is not added`(
        errno: Int32
    ) async throws {
        let request = Interruption.answering([.fchmod: errno], in: adding)
        let outcome = try await run(request)
        #expect(outcome.end == .status(77))
        #expect(outcome.complaints.first?.contains("is not read-only") == true)
        #expect(outcome.complaints.last?.contains("mount CIFS with uid=0,file_mode=0444") == true)
        #expect(try names().isEmpty)
    }

    /// The file system of /etc/pve gives files a mode of its own.
    @Test func `a pin is written where modes cannot be changed`() async throws {
        try FileManager.default.copyItem(atPath: source, toPath: store.image)
        try change(store.image, mode: 0o444)
        try change(store.configuration, mode: 0o640)
        var request = adding
        request.arguments = [
            "launcherctl", "firmware", "pin", "--config", ByteString(store.configuration),
            ByteString(StagedHost.volume),
        ]
        // It takes away what the file should have, so that there is something to change.
        request.umask = 0o077
        let outcome = try await run(Interruption.answering([.fchmod: EPERM], in: request))
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let text = String(decoding: try read(store.configuration), as: UTF8.self)
        #expect(
            text.hasSuffix("firmware: \(StagedHost.volume)\n\tsha256 \(try store.digest())\n")
        )
    }

    @Test func `where nothing can be synced, nothing is added`() async throws {
        let outcome = try await run(Interruption.answering([.fsync: EINVAL], in: adding))
        #expect(outcome.end == .status(71))
        #expect(try names().isEmpty)
    }
}

import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// Commands that change the same storage, or the same configuration, at the same moment.
@Suite(.launching, .needsProducts, .timeLimit(.minutes(30)))
struct SimultaneousTests {
    private let store: StagedHost

    init() throws {
        store = try StagedHost(image: "")
        try store.configure(pins: [])
    }

    private func launcherctl(_ words: [ByteString]) -> Child.Request {
        Child.Request(
            program: Products.launcherctl,
            arguments: ["launcherctl", "firmware"] + words + [
                "--config", ByteString(store.configuration),
            ],
        )
    }

    private func volume(_ number: Int) -> ByteString {
        ByteString("test:efi-firmware/n\(number).fd")
    }

    private func outcomes(_ requests: [Child.Request]) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for request in requests {
                group.addTask { try await run(request) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func pinned() throws -> Int {
        let text = String(decoding: try read(store.configuration), as: UTF8.self)
        return text.split(separator: "\n").count { $0.hasPrefix("firmware: test:efi-firmware/n") }
    }

    @Test func `of many pins at once none is lost`() async throws {
        let numbers = Array(0..<16)
        for number in numbers {
            try write(Data("image \(number)".utf8), to: "\(store.images)/n\(number).fd")
        }
        let pins = try await outcomes(numbers.map { launcherctl(["pin", volume($0)]) })
        for outcome in pins { #expect(outcome.end == .status(0), "\(outcome.errors)") }
        #expect(try pinned() == numbers.count)
    }

    @Test func `pins and images that come and go at once are all there in the end`() async throws {
        let numbers = Array(0..<8)
        for number in numbers {
            try write(Data("image \(number)".utf8), to: "\(store.images)/n\(number).fd")
        }
        _ = try await outcomes(numbers.map { launcherctl(["pin", volume($0)]) })
        let source = "\(store.path)/source.fd"
        try write(Data("another image".utf8), to: source)
        let changes = numbers.flatMap { number in
            [
                launcherctl(["remove", "--unpin", volume(number)]),
                launcherctl(["add", "--force", "--pin", ByteString(source), volume(number + 100)]),
            ]
        }
        let changed = try await outcomes(changes)
        for outcome in changed { #expect(outcome.end == .status(0), "\(outcome.errors)") }
        let text = String(decoding: try read(store.configuration), as: UTF8.self)
        let sections = text.split(separator: "\n").filter { $0.hasPrefix("firmware: ") }
        #expect(
            Set(sections) == Set(numbers.map { "firmware: test:efi-firmware/n\($0 + 100).fd" })
        )
    }

    /// Each import begins by removing what others left behind, and must not take another's new
    /// file for that.
    @Test(arguments: 0..<5)
    func `of many imports at once none takes away another's file`(round: Int) async throws {
        let numbers = Array(0..<48)
        let source = "\(store.path)/source.fd"
        try write(Data("image".utf8), to: source)
        let added = try await outcomes(
            numbers.map { launcherctl(["add", "--force", ByteString(source), volume($0)]) }
        )
        for outcome in added { #expect(outcome.end == .status(0), "\(outcome.errors)") }
        let names = try FileManager.default.contentsOfDirectory(atPath: store.images)
        let expected = numbers.map { "n\($0).fd" }
        #expect(names.filter { $0 != "a.fd" }.sorted() == expected.sorted())
    }

    /// NFS has no renaming that spares what is there.
    @Test(.needsFaultInjection)
    func `of different images under one name the first stays, on NFS too`() async throws {
        let numbers = Array(0..<12)
        for number in numbers {
            try write(Data("image \(number)".utf8), to: "\(store.path)/source\(number)")
        }
        let requests = numbers.map { number in
            let source = ByteString("\(store.path)/source\(number)")
            let add = launcherctl(["add", "--force", source, volume(0)])
            return Interruption.answering([.renameat2: EINVAL], in: add)
        }
        let added = try await outcomes(requests)
        let winners = added.filter { $0.end == .status(0) }
        #expect(winners.count == 1)
        for outcome in added where outcome.end != .status(0) {
            #expect(outcome.end == .status(65), "\(outcome.errors)")
        }
        let digest = try store.digest("\(store.images)/n0.fd")
        #expect(winners.first?.output.contains(digest) == true)
        let names = try FileManager.default.contentsOfDirectory(atPath: store.images)
        #expect(names.sorted() == ["a.fd", "n0.fd"])
    }
}

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
                "launcherctl", "firmware", "add", "--force", "--pin", "--config",
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
        #expect(again.output.contains("is there already, with the same content"))
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

import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

/// A storage with a directory for firmware and nothing in it, and an image beside it to be added.
struct EmptyStorage: Sendable {
    private let directory: TemporaryDirectory?
    let root: FilePath

    init() throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        root = directory.path
        try makeDirectory(root.appending("template"))
        try makeDirectory(images)
    }

    /// The same storage in another process.
    init(existing root: FilePath) {
        directory = nil
        self.root = root
    }

    var images: FilePath { root.appending("template").appending("efi-firmware") }
    var image: FilePath { images.appending("a.fd") }
    var source: FilePath { root.appending("source") }
    var outside: FilePath { root.appending("outside") }

    var volume: FirmwareVolumeID {
        get throws { try FirmwareVolumeID(parsing: "local:efi-firmware/a.fd") }
    }

    func store(name: String = "a.fd") throws -> FirmwareStore {
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/\(name)")
        let text = "dir: demo\n\tpath \(root)\n"
        let configuration = try LauncherConfiguration(parsing: Array(text.utf8), file: "test")
        let storages = try StorageConfiguration(configuration, storageConfiguration: nil)
        let location = try storages.firmwareLocation(
            of: FirmwareVolumeID(parsing: "demo:efi-firmware/\(name)"),
            on: "node"
        )
        return FirmwareStore(volume, at: location, accepting: ReadOnlyProof.allCases)
    }

    func add(
        _ content: [UInt8],
        name: String = "a.fd",
        expecting digests: [Digest] = [],
        computing algorithms: Set<Digest.Algorithm> = [],
        observer: ImportObserver = .none,
    ) throws -> AddedImage {
        let source = name == "a.fd" ? source : root.appending("source-\(name)")
        try write(content, to: source, mode: 0o644)
        return try leaf {
            try store(name: name).add(
                ImageSource(source),
                expecting: digests,
                computing: algorithms,
                observer: observer,
            )
        }
    }

    func addSource() throws -> AddedImage {
        try leaf { try store().add(ImageSource(source)) }
    }

    /// What is in the directory for firmware, hidden files too.
    func names() throws -> [String] {
        guard let stream = unsafe opendir(images.string) else { throw Errno(rawValue: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

func removeDirectory(_ path: FilePath) throws {
    try check(unsafe rmdir(path.string))
}

struct AddingTests {
    private let storage: EmptyStorage

    init() throws {
        storage = try EmptyStorage()
    }

    @Test func `an image is added whole, read-only and by its name alone`() throws {
        let added = try storage.add(Vector.abc.content)
        #expect(added.outcome == .added)
        #expect(added.byteCount == 3)
        #expect(added.digests == [Vector.abc.sha256])
        #expect(try bytes(of: storage.image) == Vector.abc.content)
        #expect(try Stat(storage.image).permissions == FilePermissions(rawValue: 0o444))
        #expect(try storage.names() == ["a.fd"])
    }

    @Test func `the directory is made where it is missing`() throws {
        try removeDirectory(storage.images)
        _ = try storage.add(Vector.abc.content)
        #expect(try bytes(of: storage.image) == Vector.abc.content)
    }

    @Test func `a longer image keeps every byte`() throws {
        let added = try storage.add(Vector.millionA.content, computing: [.sha512])
        #expect(added.digests == [Vector.millionA.sha256, Vector.millionA.sha512])
        #expect(try bytes(of: storage.image) == Vector.millionA.content)
    }

    @Test func `adding the same image again succeeds and says so`() throws {
        _ = try storage.add(Vector.abc.content)
        #expect(try storage.add(Vector.abc.content).outcome == .alreadyThere)
        #expect(try storage.names() == ["a.fd"])
    }

    @Test func `an upload that was left writable becomes read-only`() throws {
        try write(Vector.abc.content, to: storage.image, mode: 0o644)
        #expect(try storage.add(Vector.abc.content).outcome == .madeReadOnly)
        #expect(try Stat(storage.image).permissions == FilePermissions(rawValue: 0o444))
    }

    @Test func `another image of the same name is never replaced`() throws {
        try write(Vector.millionA.content, to: storage.image)
        let other = StoreError.otherImageThere(
            volume: try storage.volume,
            found: Vector.millionA.sha256,
            expected: Vector.abc.sha256
        )
        #expect(throws: other) { try storage.add(Vector.abc.content) }
        #expect(try bytes(of: storage.image) == Vector.millionA.content)
        #expect(try storage.names() == ["a.fd"])
    }

    @Test func `a name that is a link is not followed`() throws {
        try write(Vector.abc.content, to: storage.outside)
        try makeLink(storage.image, to: storage.outside.string)
        #expect(throws: VerificationError.self) { try storage.add(Vector.abc.content) }
        #expect(try bytes(of: storage.outside) == Vector.abc.content)
    }

    @Test func `what is not the download that was meant is not added`() throws {
        #expect(
            throws: StoreError.checksumDiffers(
                source: storage.source.string,
                expected: Vector.millionA.sha384,
                found: Vector.abc.sha384
            )
        ) { try storage.add(Vector.abc.content, expecting: [Vector.millionA.sha384]) }
        #expect(try storage.names().isEmpty)
    }

    @Test func `nothing and too much are refused`() throws {
        #expect(throws: StoreError.sourceEmpty(source: storage.source.string)) {
            try storage.add([])
        }
        let limit = ImageRequest.maximumByteCount
        try write([], to: storage.source, mode: 0o644)
        try resize(storage.source, to: limit + 1)
        #expect(throws: StoreError.sourceTooLarge(source: storage.source.string, limit: limit)) {
            try storage.addSource()
        }
        #expect(try storage.names().isEmpty)
    }

    @Test func `a directory that others may write to is not used`() throws {
        try change(storage.images, mode: 0o777)
        #expect(throws: VerificationError.self) { try storage.add(Vector.abc.content) }
        #expect(try storage.names().isEmpty)
    }

    @Test(arguments: [Errno.ioError, .noSpace, .notPermitted], ImportStep.allCases)
    func `a step that fails leaves nothing or the whole image`(
        errno: Errno,
        step: ImportStep,
    ) throws {
        // The directory is synced after the image has its name; removing the partial file is no
        // step of an import that succeeds.
        let failing = ImportObserver { $0 == step ? errno : nil }
        switch step {
        case .removePartialFile:
            #expect(try storage.add(Vector.abc.content, observer: failing).outcome == .added)
        case .syncDirectory:
            #expect(throws: StoreError.self) {
                try storage.add(Vector.abc.content, observer: failing)
            }
            #expect(try bytes(of: storage.image) == Vector.abc.content)
        default:
            #expect(throws: StoreError.self) {
                try storage.add(Vector.abc.content, observer: failing)
            }
            #expect(try storage.names().isEmpty)
        }
    }

    @Test(arguments: ImportStep.allCases)
    func `a process that dies at a step leaves nothing or the whole image`(
        step: ImportStep
    ) async throws {
        let root = storage.root.string
        let name = step.rawValue
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [root = root as String, name = name as String] in
            let storage = EmptyStorage(existing: FilePath(root))
            let observer = ImportObserver { next in
                if next.rawValue == name { kill(getpid(), SIGKILL) }
                return nil
            }
            _ = try storage.add(Vector.millionA.content, observer: observer)
            // No step of an import that succeeds.
            kill(getpid(), SIGKILL)
        }
        let names = try storage.names()
        switch step {
        case .createPartialFile: #expect(names.isEmpty)
        case .syncDirectory, .removePartialFile:
            #expect(names == ["a.fd"])
            #expect(try bytes(of: storage.image) == Vector.millionA.content)
        default:
            #expect(names.allSatisfy { $0.hasPrefix(".") })
        }
        // The next import tidies up.
        _ = try storage.add(Vector.millionA.content)
        #expect(try storage.names() == ["a.fd"])
    }

    @Test func `an import that is under way is left alone by another`() throws {
        let storage = storage
        let other = ImportObserver { step in
            guard step == .syncFile else { return nil }
            do {
                _ = try storage.add(Vector.abc.content, name: "b.fd")
            } catch {
                Issue.record(error)
            }
            return nil
        }
        #expect(try storage.add(Vector.abc.content, observer: other).outcome == .added)
        #expect(try storage.names() == ["a.fd", "b.fd"])
    }

    @Test func `an image that came in meanwhile is compared, not replaced`() throws {
        let storage = storage
        let other = ImportObserver { step in
            guard step == .place else { return nil }
            do {
                try write(Vector.millionA.content, to: storage.image)
            } catch {
                Issue.record(error)
            }
            return nil
        }
        #expect(throws: StoreError.self) { try storage.add(Vector.abc.content, observer: other) }
        #expect(try bytes(of: storage.image) == Vector.millionA.content)
        #expect(try storage.names() == ["a.fd"])
    }

    @Test func `removing takes the image and says when there is none`() throws {
        _ = try storage.add(Vector.abc.content)
        try storage.store().remove()
        #expect(try storage.names().isEmpty)
        let missing = StoreError.missing(volume: try storage.volume, path: storage.image)
        #expect(throws: missing) { try leaf { try storage.store().remove() } }
    }
}

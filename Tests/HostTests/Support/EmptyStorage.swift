import Glibc
import Host
import Planning
import SystemPackage

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

    var volume: FirmwareVolume {
        get throws { try FirmwareVolume(parsing: "local:efi-firmware/a.fd") }
    }

    func store(name: String = "a.fd") throws -> FirmwareStore {
        let volume = try FirmwareVolume(parsing: "local:efi-firmware/\(name)")
        let text = "dir: demo\n\tpath \(root)\n"
        let configuration = try LauncherConfiguration(parsing: Array(text.utf8), file: "test")
        let storages = try StorageConfiguration(configuration, storageConfiguration: nil)
        let location = try storages.firmwareLocation(
            of: FirmwareVolume(parsing: "demo:efi-firmware/\(name)"),
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
        return try store(name: name).add(
            ImageSource(source),
            expecting: digests,
            computing: algorithms,
            observer: observer,
        )
    }

    func addSource() throws -> AddedImage {
        try store().add(ImageSource(source))
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

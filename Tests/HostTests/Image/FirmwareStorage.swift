import Glibc
import Host
import Planning
import SystemPackage
import TestSupport

/// A storage with one good image in it; a test spoils what it is about.
struct FirmwareStorage: Sendable {
    private let directory: TemporaryDirectory

    static let name = "local:efi-firmware/a.fd"

    init(content: some Sequence<UInt8> = Vector.abc.content) throws {
        directory = try TemporaryDirectory()
        try makeDirectory(root)
        try makeDirectory(template)
        try makeDirectory(images)
        try write(content, to: image)
    }

    var root: FilePath { directory.path.appending("root") }
    var template: FilePath { root.appending("template") }
    var images: FilePath { template.appending("efi-firmware") }
    var image: FilePath { images.appending("a.fd") }
    /// Beside the storage, not in it.
    var outside: FilePath { directory.path.appending("outside") }

    func remove() {
        directory.remove()
    }

    func request(
        directories: [String] = ["template/efi-firmware", "efi-firmware"],
        fileName: String = "a.fd",
        pins: [Digest] = [Vector.abc.sha256],
        build: [FirmwareBuild.Word] = [],
        rules: ImageRequest.Rules = .volume(accepting: ReadOnlyProof.allCases),
    ) -> ImageRequest {
        ImageRequest(
            name: Self.name,
            root: root,
            directories: directories,
            fileName: fileName,
            pins: pins.enumerated().map { index, digest in
                ImageRequest.Pin(digest: digest, origin: "launcher.conf line \(index + 1)")
            },
            build: FirmwareBuild(build).map {
                ImageRequest.StatedBuild($0, origin: "launcher.conf line \(pins.count + 1)")
            },
            configuration: "launcher.conf",
            rules: rules,
        )
    }
}

/// Every stage that an image goes through before QEMU inherits it.
func place(
    _ request: ImageRequest,
    avoiding numbers: Set<Int32> = [],
) throws -> ImageDescriptor {
    let sealed = try seal(verify(request))
    return try ReservedDescriptor(avoiding: numbers).hold(sealed)
}

/// Messages whose digests FIPS 180-4's example files give.
struct Vector: Sendable {
    let content: [UInt8]
    let sha256: Digest
    let sha384: Digest
    let sha512: Digest

    private init(_ content: [UInt8], _ sha256: String, _ sha384: String, _ sha512: String) {
        self.content = content
        self.sha256 = Digest(.sha256, bytes: bytes(hex: sha256))
        self.sha384 = Digest(.sha384, bytes: bytes(hex: sha384))
        self.sha512 = Digest(.sha512, bytes: bytes(hex: sha512))
    }

    static let abc = Vector(
        Array("abc".utf8),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            + "8086072ba1e7cc2358baeca134c825a7",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    )

    /// Longer than one chunk of the copy.
    static let millionA = Vector(
        Array(repeating: UInt8(ascii: "a"), count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
            + "07b8b3dc38ecc4ebae97ddd87f3d8985",
        "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
            + "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    )
}

private func bytes(hex: String) -> [UInt8] {
    let digits = hex.utf8.compactMap(hexValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

let isRoot = geteuid() == 0

/// In a process of its own: what root may do, an ordinary user may not. It is root again afterwards,
/// to tidy up.
@discardableResult
func asOrdinaryUser<Result>(_ body: () throws -> Result) throws -> Result {
    guard isRoot else { return try body() }
    try check(seteuid(65534))
    defer { _ = seteuid(0) }
    return try body()
}

import Glibc
import Host
import Planning
import SystemPackage
import TestSupport

/// One way in which a storage or an image can be bad, and what verification has to say of it.
struct SpoiledStorage: CustomStringConvertible, Sendable {
    typealias Cause = VerificationError.Cause

    let name: String
    var needsRoot = false
    let status: ExitStatus
    let cause: @Sendable (FirmwareStorage) -> Cause
    let spoil: @Sendable (FirmwareStorage) throws -> Void

    var description: String { name }

    static let all = missing + kinds + permissions + sizes
}

extension SpoiledStorage {
    private static let missing = [
        SpoiledStorage(name: "no root", status: .volumeMissing) {
            .rootMissing(path: $0.root)
        } spoil: {
            try move($0.root, to: $0.outside)
        },
        SpoiledStorage(name: "no directory", status: .volumeMissing) {
            .directoryMissing(tried: [$0.images, $0.root.appending("efi-firmware")])
        } spoil: {
            try move($0.images, to: $0.outside)
        },
        SpoiledStorage(name: "no file", status: .volumeMissing) {
            .fileMissing(path: $0.image)
        } spoil: {
            try removeFile($0.image)
        },
    ]

    private static let kinds = [
        SpoiledStorage(name: "directory", status: .notPermitted) {
            .notRegularFile(path: $0.image, found: .directory)
        } spoil: {
            try removeFile($0.image)
            try makeDirectory($0.image)
        },
        SpoiledStorage(name: "named pipe", status: .notPermitted) {
            .notRegularFile(path: $0.image, found: .fifo)
        } spoil: {
            try removeFile($0.image)
            try makePipe($0.image, mode: 0o444)
        },
        SpoiledStorage(name: "socket", status: .notPermitted) {
            .notRegularFile(path: $0.image, found: .socket)
        } spoil: {
            try removeFile($0.image)
            _ = try DatagramListener(at: $0.image)
        },
        SpoiledStorage(name: "character device", needsRoot: true, status: .notPermitted) {
            .notRegularFile(path: $0.image, found: .characterSpecial)
        } spoil: {
            try removeFile($0.image)
            // The numbers of /dev/zero.
            try makeDevice($0.image, mode: S_IFCHR | 0o444, device: 1 << 8 | 5)
        },
        SpoiledStorage(name: "block device", needsRoot: true, status: .notPermitted) {
            .notRegularFile(path: $0.image, found: .blockSpecial)
        } spoil: {
            try removeFile($0.image)
            // The numbers of /dev/loop7; it is never opened.
            try makeDevice($0.image, mode: S_IFBLK | 0o444, device: 7 << 8 | 7)
        },
        SpoiledStorage(name: "symbolic link to a good file", status: .notPermitted) {
            .symbolicLink(path: $0.image)
        } spoil: {
            try move($0.image, to: $0.images.appending("b.fd"))
            try makeLink($0.image, to: "b.fd")
        },
        SpoiledStorage(name: "symbolic link to nothing", status: .notPermitted) {
            .symbolicLink(path: $0.image)
        } spoil: {
            try removeFile($0.image)
            try makeLink($0.image, to: "nowhere")
        },
        SpoiledStorage(name: "symbolic link in the middle", status: .notPermitted) {
            .symbolicLink(path: $0.template)
        } spoil: {
            try move($0.template, to: $0.root.appending("other"))
            try makeLink($0.template, to: "other")
        },
        SpoiledStorage(name: "file in the middle", status: .notPermitted) {
            .notDirectory(path: $0.template)
        } spoil: {
            try move($0.template, to: $0.outside)
            try write([], to: $0.template)
        },
        SpoiledStorage(name: "file as the root", status: .notPermitted) {
            .notDirectory(path: $0.root)
        } spoil: {
            try move($0.root, to: $0.outside)
            try write([], to: $0.root)
        },
        SpoiledStorage(name: "hard link", status: .notPermitted) {
            .hardLinked(path: $0.image, count: 2)
        } spoil: {
            try makeHardLink($0.outside, to: $0.image)
        },
    ]

    private static let permissions: [SpoiledStorage] =
        [0o644, 0o600, 0o464, 0o446, 0o200].map { mode in
            SpoiledStorage(
                name: "mode \(String(mode, radix: 8))",
                needsRoot: mode & 0o400 == 0,
                status: .notPermitted,
            ) {
                .notReadOnly(
                    path: $0.image,
                    mode: FilePermissions(rawValue: CInterop.Mode(mode)),
                    accepted: ReadOnlyProof.allCases
                )
            } spoil: {
                try change($0.image, mode: mode_t(mode))
            }
        } + [
            writableDirectory("root", 0o775, \.root),
            writableDirectory("root, sticky", 0o1777, \.root),
            writableDirectory("middle", 0o757, \.template),
            writableDirectory("directory", 0o775, \.images),
            foreign("file", \.image),
            foreign("directory", \.images),
            foreign("root", \.root),
        ]

    private static let sizes = [
        SpoiledStorage(name: "empty", status: .imageRefused) {
            .empty(path: $0.image)
        } spoil: {
            try change($0.image, mode: 0o644)
            try resize($0.image, to: 0)
            try change($0.image, mode: 0o444)
        },
        SpoiledStorage(name: "one byte too large", status: .imageRefused) {
            .tooLarge(
                path: $0.image,
                byteCount: Int64(ImageRequest.maximumByteCount) + 1,
                limit: ImageRequest.maximumByteCount
            )
        } spoil: {
            try change($0.image, mode: 0o644)
            try resize($0.image, to: ImageRequest.maximumByteCount + 1)
            try change($0.image, mode: 0o444)
        },
    ]

    private static func writableDirectory(
        _ name: String,
        _ mode: mode_t,
        _ path: any KeyPath<FirmwareStorage, FilePath> & Sendable,
    ) -> SpoiledStorage {
        SpoiledStorage(name: "writable by others: \(name)", status: .notPermitted) {
            .writableByOthers(path: $0[keyPath: path], mode: FilePermissions(rawValue: mode))
        } spoil: {
            try change($0[keyPath: path], mode: mode)
        }
    }

    private static func foreign(
        _ name: String,
        _ path: any KeyPath<FirmwareStorage, FilePath> & Sendable,
    ) -> SpoiledStorage {
        SpoiledStorage(name: "other owner: \(name)", needsRoot: true, status: .notPermitted) {
            .foreignOwner(path: $0[keyPath: path], owner: 12345, user: 0)
        } spoil: {
            try change($0[keyPath: path], owner: 12345, group: 0)
        }
    }
}

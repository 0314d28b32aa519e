import Foundation
import Glibc
import TestSupport

/// The image is in another state than a firmware image may be in.
extension RefusedLaunch {
    static let images = content + kinds + links + permissions

    private static func image(
        _ name: String,
        status: Int32,
        needsRoot: Bool = false,
        _ message: String,
        hint: String? = nil,
        spoil: @escaping @Sendable (StagedHost) throws -> Void,
    ) -> RefusedLaunch {
        RefusedLaunch(
            name,
            status: status,
            needsRoot: needsRoot,
            message: "vm 't': firmware image '$volume': \(message)",
            hint: hint,
            spoil: spoil,
        )
    }

    private static let content = [
        image(
            "one changed byte",
            status: 65,
            "checksum differs (expected sha256:$pinned, found sha256:$found)",
            hint: "upload the image again, or, if you trust what is there: launcherctl firmware"
                + " pin --replace --config $conf $volume",
        ) {
            var content = try read($0.image)
            content[content.count / 2] ^= 1
            try overwrite($0.image, with: content)
        },
        image(
            "a byte cut off",
            status: 65,
            "checksum differs (expected sha256:$pinned, found sha256:$found)",
            hint: "upload the image again, or, if you trust what is there: launcherctl firmware"
                + " pin --replace --config $conf $volume",
        ) {
            try overwrite($0.image, with: read($0.image).dropLast())
        },
        image(
            "empty",
            status: 65,
            "'$image': FW-E01: the file is empty",
            hint: "upload the image again",
        ) {
            try overwrite($0.image, with: Data())
        },
        image(
            "larger than any firmware",
            status: 65,
            "'$image' is too large (expected at most 67108864 bytes, found 67108865)",
        ) {
            try change($0.image, mode: 0o644)
            try check(unsafe truncate($0.image, 67_108_865))
            try change($0.image, mode: 0o444)
        },
        RefusedLaunch(
            "cut short, and the pin made to match",
            status: 65,
            message: "vm 't': firmware image '$volume': FW-E05: truncated (expected 3440640 bytes,"
                + " found 1000000)",
            hint: "upload the image again",
        ) {
            try overwrite($0.image, with: read($0.image).prefix(1_000_000))
            try $0.configure()
        },
    ]

    private static let kinds = [
        image(
            "missing",
            status: 66,
            "no such file: '$image'",
            hint: "'launcherctl firmware list' shows the images that exist",
        ) {
            try remove($0.image)
        },
        image(
            "a named pipe",
            status: 77,
            "'$image' is not a regular file (found a named pipe (FIFO))",
        ) {
            try remove($0.image)
            try check(unsafe mkfifo($0.image, 0o444))
        },
        image(
            "a device",
            status: 77,
            needsRoot: true,
            "'$image' is not a regular file (found a character device)",
        ) {
            try remove($0.image)
            // The numbers of /dev/zero.
            try check(unsafe mknod($0.image, S_IFCHR | 0o444, 1 << 8 | 5))
        },
        image(
            "a directory",
            status: 77,
            "'$image' is not a regular file (found a directory)",
        ) {
            try remove($0.image)
            try makeDirectory($0.image)
        },
    ]

    private static let links = [
        image(
            "a symbolic link",
            status: 77,
            "'$image' is a symbolic link",
            hint: "put a separate copy there, for example with 'launcherctl firmware add'",
        ) {
            try move($0.image, to: "\($0.images)/b.fd")
            try link($0.image, to: "b.fd")
        },
        image(
            "below a symbolic link",
            status: 77,
            "'$root/template' is a symbolic link",
            hint: "put a separate copy there, for example with 'launcherctl firmware add'",
        ) {
            try move("\($0.root)/template", to: "\($0.root)/elsewhere")
            try link("\($0.root)/template", to: "elsewhere")
        },
        image(
            "known by another name too",
            status: 77,
            "'$image' has other hard links (expected 1 name, found 2)",
            hint: "put a separate copy there, for example with 'launcherctl firmware add'",
        ) {
            try FileManager.default.linkItem(atPath: $0.image, toPath: "\($0.path)/other")
        },
    ]

    private static let permissions = [
        image(
            "as a plain upload leaves it",
            status: 77,
            "'$image' is not read-only (expected no write permission for anyone or a read-only"
                + " mount or the immutable attribute or fs-verity, found mode 0644)",
            hint: "if the upload is complete: launcherctl firmware adopt --config $conf $volume",
        ) {
            try change($0.image, mode: 0o644)
        },
        image(
            "somebody else's",
            status: 77,
            needsRoot: true,
            "'$image' has the wrong owner (expected root, found user 12345)",
            hint: "chown root '$image'",
        ) {
            try check(unsafe chown($0.image, 12345, 0))
        },
        image(
            "in a directory that its group may write to",
            status: 77,
            "'$images' is writable by group or others (mode 0775)",
            hint: "chmod go-w '$images'",
        ) {
            try change($0.images, mode: 0o775)
        },
        image(
            "in a storage that everybody may write to",
            status: 77,
            "'$root' is writable by group or others (mode 1777)",
            hint: "chmod go-w '$root'",
        ) {
            try change($0.root, mode: 0o1777)
        },
        image(
            "mode is not enough of a proof here",
            status: 77,
            "'$image' is not read-only (expected a read-only mount or fs-verity, found mode 0444)",
            hint: "'read-only' in the configuration of the launcher does not accept the mode as"
                + " proof",
        ) {
            try $0.configure(launcher: ["read-only mount,verity"])
        },
    ]
}

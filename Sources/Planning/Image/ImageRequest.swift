package import SystemPackage

/// Which file to verify and seal, and what has to be true of it. Decided without touching it.
package struct ImageRequest: Hashable, Sendable {
    /// The largest image that is read: as large as the largest flash bank of QEMU's machines.
    package static let maximumByteCount = 64 << 20

    /// How messages and records name the image: its volume ID, or the path of stock firmware.
    package let name: String
    /// The storage's directory. The administrator chose it, so it may be a symbolic link itself.
    package let root: FilePath
    /// Directories below `root` that may hold the image, `/`-separated; the first one that exists
    /// is the one, whether or not the image is in it.
    package let directories: [String]
    package let fileName: String
    /// Every pin has to match. An image without one is refused, once its digest is known.
    package let pins: [Pin]
    /// What launcher.conf says of how the image was built.
    package let build: StatedBuild?
    /// The file that a pin belongs into; for hints.
    package let configuration: String
    package let rules: Rules

    /// A digest that the image must have, and who says so.
    package struct Pin: Hashable, Sendable {
        package let digest: Digest
        /// For hints: `/etc/qemu-launcher/launcher.conf line 12`, or `option -efi-firmware`.
        package let origin: String

        package init(digest: Digest, origin: String) {
            self.digest = digest
            self.origin = origin
        }
    }

    /// How bytes with the pinned digests were built, and who says so.
    package struct StatedBuild: Hashable, Sendable {
        package let build: FirmwareBuild
        /// `/etc/qemu-launcher/launcher.conf line 13`
        package let origin: String

        package init(_ build: FirmwareBuild, origin: String) {
            self.build = build
            self.origin = origin
        }
    }

    package enum Rules: Hashable, Sendable {
        /// A firmware image: no symbolic link below the root, no second hard link, no directory
        /// that others may write to, and one of these proofs that it is read-only.
        case volume(accepting: [ReadOnlyProof])
        /// Stock firmware, installed by a package: root-owned, but links and mode 0644 are how
        /// distributions ship it. The pinned digest and the seal are what protects it.
        case stock
    }

    package init(
        name: String,
        root: FilePath,
        directories: [String],
        fileName: String,
        pins: [Pin],
        build: StatedBuild? = nil,
        configuration: String,
        rules: Rules,
    ) {
        self.name = name
        self.root = root
        self.directories = directories
        self.fileName = fileName
        self.pins = pins
        self.build = build
        self.configuration = configuration
        self.rules = rules
    }
}

/// Why an image counts as read-only. One that holds and is accepted is enough.
package enum ReadOnlyProof: String, Hashable, Sendable, CaseIterable {
    /// No write permission for anyone: mode 0444 or stricter.
    case mode
    /// The file system is mounted read-only.
    case mount
    /// The file has the immutable attribute (`chattr +i`).
    case immutable
    /// The file is protected by fs-verity.
    case verity
}

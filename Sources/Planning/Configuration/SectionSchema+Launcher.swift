extension SectionSchema {
    /// The sections and keys of launcher.conf.
    package static let launcher = SectionSchema(
        [
            SectionType(
                "launcher",
                keys: [
                    "qemu", "storage-config", "seccomp", "spawn", "landlock", "capabilities",
                    "stock-firmware", "sev-attachment", "read-only", "log", "debug", "groups",
                    Key("permit", isRepeatable: true),
                    Key("keep-environment", isRepeatable: true),
                ],
            ),
            SectionType(
                "firmware",
                keys: [
                    "sha256", "sha384", "sha512", "guest", Key("accept", isRepeatable: true),
                    "comment",
                    // Known, so that they are refused for what they are.
                    "md5", "sha1", "sha224",
                ],
            ),
            SectionType(
                "vm",
                keys: [
                    "firmware", "uuid", "seccomp", "spawn", "landlock", "capabilities", "debug",
                    "groups",
                    Key("permit", isRepeatable: true), "comment",
                ],
            ),
        ]
            + directoryTypes.map { type in
                SectionType(type, keys: ["path", "content-dirs", "nodes", "disable", "comment"])
            }
    )

    /// ``StorageType/directoryTypes``, as literals.
    private static let directoryTypes: [StaticString] = ["dir", "nfs", "cifs", "cephfs", "btrfs"]
}

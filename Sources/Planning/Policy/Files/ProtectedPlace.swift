/// Places where a row that a command line or a configuration asks for may not write: what lies
/// there is the host's own, and whoever may write to it is root.
package struct ProtectedPlace: Hashable, Sendable {
    package let path: ByteString
    package let reason: String

    /// With everything below.
    private static let trees: [ProtectedPlace] = [
        ProtectedPlace(path: "/bin", reason: "programs of the host"),
        ProtectedPlace(path: "/boot", reason: "what the host boots"),
        ProtectedPlace(path: "/etc", reason: "the host's settings"),
        ProtectedPlace(path: "/lib", reason: "libraries of the host"),
        ProtectedPlace(path: "/lib32", reason: "libraries of the host"),
        ProtectedPlace(path: "/lib64", reason: "libraries of the host"),
        ProtectedPlace(path: "/proc", reason: "processes and the kernel's settings"),
        ProtectedPlace(path: "/run/dbus", reason: "the host's services"),
        ProtectedPlace(path: "/run/systemd", reason: "the host's services"),
        ProtectedPlace(path: "/run/udev", reason: "the host's devices"),
        ProtectedPlace(path: "/sbin", reason: "programs of the host"),
        ProtectedPlace(path: "/sys", reason: "the kernel's settings"),
        ProtectedPlace(path: "/usr", reason: "programs of the host"),
        ProtectedPlace(path: "/var/spool/cron", reason: "what the host runs by the clock"),
        ProtectedPlace(path: "/dev/mem", reason: "the host's memory"),
        ProtectedPlace(path: "/dev/port", reason: "the host's devices"),
        ProtectedPlace(path: "/dev/kmsg", reason: "the kernel's log"),
    ]

    /// As whole folders: other things than VMs are in them. A file that is there, or a folder in
    /// them, is another matter.
    private static let folders: Set<ByteString> = [
        "/", "/dev", "/home", "/media", "/mnt", "/mnt/pve", "/opt", "/root", "/run", "/srv", "/var",
        "/var/cache", "/var/lib", "/var/log", "/var/spool",
    ]

    /// What stands against a row.
    ///
    /// - Parameters:
    ///   - access: what the row allows.
    ///   - path: where it leads, without links.
    ///   - isFolder: whether that is a folder, so that the row is about everything below it.
    package static func refusing(
        _ access: FileAccess,
        at path: ByteString,
        isFolder: Bool,
    ) -> ProtectedPlace? {
        let changes = access.intersection(.changing)
        guard !changes.isEmpty else { return nil }
        if let tree = trees.first(where: { path.isAtOrBelow($0.path) }) { return tree }
        guard isFolder else { return nil }
        // Block devices of storages: nothing is made there.
        if path == "/dev", changes == .writeFile { return nil }
        guard folders.contains(path) else { return nil }
        return ProtectedPlace(
            path: path,
            reason: "a folder of the host's, with more than VMs in it"
        )
    }
}

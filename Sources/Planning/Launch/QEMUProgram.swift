package import SystemPackage

/// Which program takes the launcher's place.
package enum QEMUProgram {
    /// A symbolic link to QEMU that our package installs. The kernel names a process after the
    /// last component of the path it was started by, and Proxmox's ksmtuned counts the processes
    /// named `kvm`.
    package static let kvmPath: FilePath = "/usr/lib/qemu-launcher/kvm"
    package static let defaultPath: FilePath = "/usr/bin/qemu-system-x86_64"

    /// The paths to try, best first.
    ///
    /// - Parameter name: the caller's argv[0], which QEMU gets unchanged.
    package static func candidates(configured: FilePath?, calledAs name: ByteString) -> [FilePath] {
        if let configured { return [configured] }
        if name.hasSuffix("kvm") { return [kvmPath, defaultPath] }
        guard let architecture = architecture(of: name) else { return [defaultPath] }
        return [FilePath("/usr/bin/qemu-system-\(architecture)")]
    }

    /// Whether the program emulates x86_64 guests, as far as its name tells: `kvm` and names
    /// without an architecture do.
    package static func isX86(_ name: ByteString) -> Bool {
        architecture(of: name).map { $0 == "x86_64" || $0 == "i386" } ?? true
    }

    /// What stands behind `qemu-system-`, where that is a word of its own.
    private static func architecture(of name: ByteString) -> String? {
        let last = name.lastPathComponent
        guard last.hasPrefix("qemu-system-"), let text = last.text else { return nil }
        let architecture = text.dropFirst("qemu-system-".count)
        let isWord = architecture.utf8.allSatisfy { byte in
            hexValue(byte) != nil || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || byte == UInt8(ascii: "_")
        }
        return isWord && !architecture.isEmpty ? String(architecture) : nil
    }
}

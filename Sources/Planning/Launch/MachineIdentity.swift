package import SystemPackage

/// Which VM a command line starts, by the names in the command line.
package struct MachineIdentity: Hashable, Sendable {
    /// Proxmox's VM ID: the value of `-id`, an option that only its build of QEMU has.
    package let vmID: ByteString?
    /// The guest's name: the last `-name NAME` or `-name guest=NAME`.
    package let name: ByteString?
    /// The last of `-uuid` and `-smbios type=1,uuid=`, which set the same thing; not that of a
    /// mediated device, which has its own.
    package let uuid: ByteString?

    package init(vmID: ByteString? = nil, name: ByteString? = nil, uuid: ByteString? = nil) {
        self.vmID = vmID
        self.name = name
        self.uuid = uuid
    }

    /// The identity alone, for a message about a command line that could not be read further.
    package init(_ invocation: Invocation) {
        self.init(QEMUCommandLine(invocation.arguments))
    }

    package init(_ commandLine: QEMUCommandLine) {
        vmID = commandLine.vector.last("id")?.value
        name = commandLine.all("name").compactMap { $0["guest"] }.last
        let uuids = commandLine.options.compactMap(Self.uuid(in:))
        let vmID = vmID
        uuid = uuids.last { !Self.isMediatedDevice($0, of: vmID) } ?? uuids.last
    }

    /// NVIDIA's vGPU wants QEMU to have the UUID of the device, so that one may come last, from
    /// Proxmox or from `args`. It is `INDEX-0000-0000-0000-VMID` in 8 and 12 decimal digits
    /// (qemu-server PCI.pm `generate_mdev_uuid`), and tells nothing that the VM ID does not.
    private static func isMediatedDevice(_ uuid: ByteString, of vmID: ByteString?) -> Bool {
        guard let vmID, uuid.bytes.count == 36, vmID.bytes.count <= 12 else { return false }
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 12 - vmID.bytes.count)
        return uuid.bytes.prefix(8).allSatisfy(isDigit)
            && uuid.bytes.dropFirst(8).elementsEqual("-0000-0000-0000-".utf8 + zeros + vmID.bytes)
    }

    private static func uuid(in option: StatedOption) -> ByteString? {
        switch option.name {
        case "uuid": option["value"]
        // A number in a form that only QEMU can read may be 1: -18446744073709551615 is.
        case "smbios":
            (option["type"].map { QEMUValue.number($0) ?? 1 }) == 1 ? option["uuid"] : nil
        default: nil
        }
    }

    /// Whether there is a ``label``.
    package var isNamed: Bool { vmID != nil || name != nil }

    /// How messages name the VM: `vm 100`, `vm 'name'`, or nothing.
    package var label: String? {
        vmID.map { "vm \($0.escaped)" } ?? name.map { "vm \(quoted($0))" }
    }
}

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

    /// The word after `qemu-system-`, if there is one.
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

/// A machine type of QEMU, by its name.
package struct MachineType: Hashable, Sendable {
    package let name: ByteString

    package init(_ name: ByteString) {
        self.name = name
    }

    /// Whether it is one of the PC machines that have flash banks and take `-bios`: i440FX and
    /// Q35, their versions, and what distributions call theirs. Others (microvm, isapc, xenpv, …)
    /// load firmware in another way or none, and one that nobody knows counts as other.
    package var hasFlash: Bool {
        ["pc", "q35", "ubuntu", "ubuntu-q35"].contains(name) || name.hasPrefix("pc-i440fx-")
            || name.hasPrefix("pc-q35-") || name.hasPrefix("pc+pve") || name.hasPrefix("q35+pve")
    }

    /// The firmware that QEMU starts where no other is named: `bios-256k.bin` since QEMU 2.0
    /// (`pc_i440fx_2_0_machine_options` in hw/i386/pc_piix.c; QEMU 7.2 still has older machines).
    package var biosName: ByteString {
        guard let version, version.major < 2 else { return "bios-256k.bin" }
        return "bios.bin"
    }

    /// Whether it is known to have no system management memory. edk2 `OvmfPkg/README`: builds that
    /// require SMM need the chip set of q35.
    package var lacksSMRAM: Bool {
        let name = withoutRevision
        guard !name.hasPrefix("pc-q35") else { return false }
        return ["pc", "ubuntu", "isapc", "microvm"].contains(name)
            || ["pc-", "isapc-", "microvm-"].contains { name.hasPrefix($0) }
    }

    /// Proxmox adds its own: `pc+pve0`.
    private var withoutRevision: ByteString {
        ByteString(name.bytes.prefix { $0 != UInt8(ascii: "+") })
    }

    /// The version of QEMU that it stands for: `pc-q35-9.2+pve1` for 9.2. `nil` for a name without one.
    package var version: (major: Int, minor: Int)? {
        guard let text = withoutRevision.bytes.split(separator: UInt8(ascii: "-")).last else {
            return nil
        }
        let numbers = text.split(separator: UInt8(ascii: ".")).map {
            Int(String(decoding: $0, as: UTF8.self))
        }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        return (major, minor)
    }
}

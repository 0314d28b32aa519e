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
}

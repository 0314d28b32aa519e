/// How large the firmware's variable store is. It has to fit the code image, which is built for
/// one of them.
package enum VariableStoreSize: String, Hashable, Sendable, CaseIterable {
    /// 128 KiB, for firmware of 2 MiB. Proxmox's default, for VMs made before there was another.
    case small = "2m"
    /// 528 KiB, for firmware of 4 MiB.
    case large = "4m"

    /// Bytes of the template that a new store is copied from, which is also what firmware maps;
    /// an image may be longer, as block storages round up (edk2 OvmfPkgDefines.fdf.inc; qemu-server
    /// OVMF.pm passes it to QEMU as the drive's `size`).
    package var templateByteCount: Int {
        switch self {
        case .small: 131_072
        case .large: 540_672
        }
    }
}

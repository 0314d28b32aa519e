/// Whether QEMU may start other programs: tap scripts, the bridge helper, `exec:` channels.
package enum SpawnPolicy: String, Sendable, CaseIterable {
    /// Where the command line names a program that QEMU is to start.
    case auto
    /// Always: Proxmox may add a bridged NIC, with its script, to a VM that started without one.
    case allow
    /// Never, whatever the command line says.
    case deny
}

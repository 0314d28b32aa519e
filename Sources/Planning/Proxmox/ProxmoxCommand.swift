/// The command by which Proxmox starts a VM: QEMU's command line, and what stands in front of it.
package struct ProxmoxCommand: Hashable, Sendable {
    /// `taskset` with its own arguments, where the VM has an `affinity`; empty otherwise.
    package let prefix: [ByteString]
    /// QEMU's argv.
    package let arguments: [ByteString]

    /// `nil` where the VM may run on every CPU.
    package func affinity() throws(CPUListError) -> CPUList? {
        guard let list = prefix.last else { return nil }
        return try CPUList(parsing: list)
    }

    /// - Parameter words: of ``QuotedCommandLine``.
    /// - Returns: `nil` where none of the words could be QEMU's program.
    package init?(_ words: [ByteString]) {
        guard let first = words.first else { return nil }
        let start: Int
        if first.lastPathComponent == "taskset" {
            // `taskset --cpu-list --all-tasks LIST PROGRAM` (qemu-server QemuServer.pm): the
            // program is the word after the list, which is the first that is no option.
            guard let list = words.dropFirst().firstIndex(where: { !$0.hasPrefix("-") }),
                list + 1 < words.count
            else { return nil }
            start = list + 1
        } else {
            start = 0
        }
        guard Self.isQEMU(words[start]) else { return nil }
        prefix = Array(words[..<start])
        arguments = Array(words[start...])
    }

    /// How Proxmox itself recognises a VM's process (qemu-server Helpers.pm `parse_cmdline`).
    private static func isQEMU(_ program: ByteString) -> Bool {
        program.hasSuffix("kvm") || program.lastPathComponent.hasPrefix("qemu-")
    }
}

/// One option of QEMU's command line: its name, and whether the next word is its value.
package struct QEMUOption: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case upstream
        /// Only in Proxmox VE's build of QEMU.
        case proxmox
        /// Ours: taken out of the command line before QEMU sees it.
        case launcher
    }

    package let name: String
    package let takesValue: Bool
    package let origin: Origin
    /// The first version that has the option; `nil` where 7.2 has it already.
    package let since: String?
    /// The first version that no longer has it; `nil` where the newest one still does.
    package let removed: String?

    package init(
        _ name: String,
        takesValue: Bool = true,
        origin: Origin = .upstream,
        since: String? = nil,
        removed: String? = nil,
    ) {
        self.name = name
        self.takesValue = takesValue
        self.origin = origin
        self.since = since
        self.removed = removed
    }

    /// The option of exactly this name, without its dashes: QEMU knows no abbreviations.
    package static func named(_ name: some Collection<UInt8>) -> QEMUOption? {
        launcherOptions.first { $0.name.utf8.elementsEqual(name) } ?? tableEntry(named: name)
    }

    /// The launcher's own options. Stock QEMU refuses them as unknown, so a host where the
    /// launcher is missing does not start such a VM with other firmware.
    package static let launcherOptions: [QEMUOption] = [
        .init("efi-firmware", origin: .launcher),
        .init("efidisk0", origin: .launcher),
        .init("launcher-config", origin: .launcher),
    ]

    private static func tableEntry(named name: some Collection<UInt8>) -> QEMUOption? {
        var low = table.startIndex
        var high = table.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if table[middle].name.utf8.lexicographicallyPrecedes(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < table.endIndex, table[low].name.utf8.elementsEqual(name) else { return nil }
        return table[low]
    }
}

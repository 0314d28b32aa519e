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
    /// Of the name, for searching.
    private let prefix: UInt64

    package init(
        _ name: String,
        takesValue: Bool = true,
        origin: Origin = .upstream,
        since: String? = nil,
        removed: String? = nil,
    ) {
        self.name = name
        prefix = Self.prefix(name.utf8)
        self.takesValue = takesValue
        self.origin = origin
        self.since = since
        self.removed = removed
    }

    /// The launcher's own options. Stock QEMU refuses them as unknown, so a host where the
    /// launcher is missing does not start such a VM with other firmware.
    package static let launcherOptions: [QEMUOption] = [
        .init("efi-firmware", origin: .launcher),
        .init("efidisk0", origin: .launcher),
        .init("launcher-config", origin: .launcher),
    ]
}

// MARK: - Searching

extension QEMUOption {
    /// The option of exactly this name, without its dashes: QEMU knows no abbreviations.
    package static func named(_ name: some Collection<UInt8>) -> QEMUOption? {
        number(of: name).map(option)
    }

    /// The place of an option among all there are, QEMU's and then ours: options are told apart by
    /// it, since a command line may have thousands.
    static func number(of name: some Collection<UInt8>) -> Int? {
        let wanted = prefix(name)
        var low = table.startIndex
        var high = table.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if table[middle].prefix < wanted { low = middle + 1 } else { high = middle }
        }
        while low < table.endIndex, table[low].prefix == wanted {
            if table[low].isNamed(name) { return low }
            low += 1
        }
        return launcherOptions.firstIndex { $0.prefix == wanted && $0.isNamed(name) }
            .map { table.count + $0 }
    }

    /// - Parameter name: begins as this option's name does.
    private func isNamed(_ name: some Collection<UInt8>) -> Bool {
        let count = self.name.utf8.count
        return count == name.count && (count <= 8 || self.name.utf8.elementsEqual(name))
    }

    static func option(_ number: Int) -> QEMUOption {
        number < table.count ? table[number] : launcherOptions[number - table.count]
    }

    /// The first eight bytes as a number: such numbers are in the order of the names' bytes.
    private static func prefix(_ name: some Collection<UInt8>) -> UInt64 {
        let prefix: UInt64? = name.withContiguousStorageIfAvailable { bytes in
            var prefix: UInt64 = 0
            for index in 0..<min(bytes.count, 8) {
                unsafe prefix |= UInt64(bytes[index]) << UInt64(56 - 8 * index)
            }
            return prefix
        }
        return prefix ?? Self.prefix(Array(name))
    }
}

import Foundation
import TestSupport

/// A VM's configuration as Proxmox keeps it: keys and values, then a section for each snapshot.
struct SmallConfiguration {
    var keys: [String: String]
    var snapshots: [String: [String: String]] = [:]

    init(_ keys: [String: String]) { self.keys = keys }

    init(parsing text: String) {
        keys = [:]
        var section: String?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("[") {
                section = String(line.dropFirst().dropLast())
                continue
            }
            guard let colon = line.firstRange(of: ": ") else { continue }
            let (key, value) = (
                String(line[..<colon.lowerBound]), String(line[colon.upperBound...])
            )
            if let section {
                snapshots[section, default: [:]][key] = value
            } else {
                keys[key] = value
            }
        }
    }

    var text: String {
        func lines(_ keys: [String: String]) -> String {
            keys.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
        }
        return lines(keys)
            + snapshots.sorted { $0.key < $1.key }.map { "\n[\($0.key)]\n\(lines($0.value))" }
            .joined()
    }

    subscript(_ key: String) -> String? {
        get { keys[key] }
        set { keys[key] = newValue }
    }

    /// The property of a value such as `local:100/disk.qcow2,iothread=1`.
    func property(_ name: String, of key: String) -> String? {
        keys[key]?.split(separator: ",").first { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }

    var isQ35: Bool { keys["machine"]?.contains("q35") ?? false }
    var isUEFI: Bool { keys["bios"] == "ovmf" }
    var isTemplate: Bool { keys["template"] == "1" }
    /// Whether drives are `-blockdev`: machines of version 10.0 on, and those without a version.
    var hasBlockNodes: Bool {
        guard
            let version = keys["machine"]?.split(separator: "-").last?.split(separator: ".").first,
            let major = Int(version)
        else { return true }
        return major >= 10
    }

    /// Every disk, the EFI disk first.
    var drives: [String] {
        keys.keys.filter { $0.wholeMatch(of: /(efidisk|scsi|virtio)[0-9]+/) != nil }.sorted()
    }

    /// `STORAGE:VMID/FILE`.
    func volume(of drive: String) -> String? {
        keys[drive]?.split(separator: ",").first.map(String.init)
    }
}

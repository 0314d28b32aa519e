/// What a row of the audit's tables is about, and what `permit` in the configuration names:
/// `device:isa-vga`, `object:qtest`, `machine:igvm-cfg`, `global:mch.x`, `accel:xen`, `cpu:memory`.
package struct AuditedItem: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case option
        case device
        case object
        case machine
        case global
        case accel
        case cpu
    }

    package let kind: Kind
    package let name: ByteString

    package init(_ kind: Kind, _ name: ByteString) {
        self.kind = kind
        self.name = name
    }

    /// - Returns: `nil` for another form than `KIND:NAME`.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), !parts[1].isEmpty
        else {
            return nil
        }
        self.init(kind, ByteString(parts[1]))
    }

    package var description: String { "\(kind.rawValue):\(name.escaped)" }

    /// As messages call it.
    var noun: String {
        switch kind {
        case .option: "option"
        case .device: "device"
        case .object: "object"
        case .machine: "machine property"
        case .global: "property"
        case .accel: "accelerator"
        case .cpu: "processor property"
        }
    }
}

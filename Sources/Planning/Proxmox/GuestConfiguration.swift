/// A VM's configuration as Proxmox keeps it, `/etc/pve/nodes/NODE/qemu-server/VMID.conf`, as far
/// as it says something about firmware.
package struct GuestConfiguration: Hashable, Sendable {
    package let vmid: VirtualMachineID
    /// What the VM is started with.
    package let current: Settings
    /// Changes that the next start takes over; `nil` if there is no such section.
    package let pending: Settings?
    /// By name, in the file's order.
    package let snapshots: [Snapshot]
    /// What Proxmox ignores of the file.
    package let warnings: [Warning]

    package struct Snapshot: Hashable, Sendable {
        package let name: String
        package let settings: Settings
    }

    /// One section's keys, as written; of a key that is given twice the last one counts.
    package struct Settings: Hashable, Sendable {
        private(set) var values: [String: Value] = [:]

        package struct Value: Hashable, Sendable {
            package let text: ByteString
            package let line: Int
        }

        package init() {}

        package subscript(key: String) -> Value? { values[key] }

        mutating func set(_ key: String, _ text: ByteString, line: Int) {
            values[key] = Value(text: text, line: line)
        }
    }

    /// A line that Proxmox ignores, and warns about in its own log.
    package struct Warning: Hashable, Sendable {
        package let line: Int
        package let cause: Cause

        package enum Cause: Hashable, Sendable {
            case unintelligible(ByteString)
            case unknownSection(ByteString)
            case duplicateSection(String)
            case deleteOutsidePending
        }
    }
}

extension GuestConfiguration.Warning {
    package var message: String {
        switch cause {
        case .unintelligible(let text): "line \(line) is ignored: \(excerpt(text))"
        case .unknownSection(let name): "line \(line): section \(excerpt(name)) is ignored"
        case .duplicateSection(let name):
            "line \(line): section \(quoted(name)) is given again, and replaces the one before"
        case .deleteOutsidePending: "line \(line): 'delete' is ignored outside of [PENDING]"
        }
    }
}

extension GuestConfiguration {
    /// Reads the file as Proxmox does (qemu-server QemuServer.pm `parse_vm_config`): leniently, so
    /// that both see the same VM. Values are not checked here; a key that Proxmox does not know is
    /// kept and ignored.
    package init(parsing bytes: [UInt8], vmid: VirtualMachineID) {
        var parser = Parser(bytes)
        parser.parse()
        self.init(
            vmid: vmid,
            current: parser.current,
            pending: parser.pending,
            snapshots: parser.snapshots,
            warnings: parser.warnings,
        )
    }
}

private struct Parser {
    private let bytes: [UInt8]
    private var place = Place.current
    private(set) var current = GuestConfiguration.Settings()
    private(set) var pending: GuestConfiguration.Settings?
    private(set) var snapshots: [GuestConfiguration.Snapshot] = []
    private(set) var warnings: [GuestConfiguration.Warning] = []

    /// Which section the lines belong to.
    private enum Place {
        case current
        case pending
        case snapshot(Int)
        /// Cloud-init's own settings, or a section that Proxmox does not know: nothing for us.
        case ignored
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parse() {
        let content = bytes
        var lines = LineCursor(content.indices)
        while let line = lines.next(in: content.span) {
            let text = bytes[line.range]
            guard !text.allSatisfy(isBlank) else { continue }
            if let name = sectionName(text) {
                open(name, line.number)
            } else if case .ignored = place {
                continue
            } else if text.first != UInt8(ascii: "#") {
                read(text, line.number)
            }
        }
    }

    private mutating func open(_ name: ArraySlice<UInt8>, _ line: Int) {
        let lowercase = ByteString(name.map(lowercased))
        if lowercase == "pending" {
            if pending != nil { warn(.duplicateSection("PENDING"), line) }
            pending = GuestConfiguration.Settings()
            place = .pending
        } else if lowercase == "special:cloudinit" || lowercase == "special:fleecing" {
            place = .ignored
        } else if isSnapshotName(name) {
            let name = String(decoding: name, as: UTF8.self)
            if let earlier = snapshots.firstIndex(where: { $0.name == name }) {
                warn(.duplicateSection(name), line)
                snapshots.remove(at: earlier)
            }
            snapshots.append(.init(name: name, settings: .init()))
            place = .snapshot(snapshots.count - 1)
        } else {
            warn(.unknownSection(ByteString(name)), line)
            place = .ignored
        }
    }

    private mutating func read(_ line: ArraySlice<UInt8>, _ number: Int) {
        // Proxmox looks for this one anywhere in the line, and before it looks for 'args'.
        guard !hasSnapshotState(line) else { return }
        guard let (key, value) = setting(line) else {
            return warn(.unintelligible(ByteString(line)), number)
        }
        guard key != "delete" || isPending else { return warn(.deleteOutsidePending, number) }
        set(key, ByteString(value), number)
    }

    private var isPending: Bool { if case .pending = place { true } else { false } }

    private mutating func set(_ key: String, _ value: ByteString, _ line: Int) {
        switch place {
        case .current: current.set(key, value, line: line)
        case .pending: pending?.set(key, value, line: line)
        case .snapshot(let index):
            var settings = snapshots[index].settings
            settings.set(key, value, line: line)
            snapshots[index] = .init(name: snapshots[index].name, settings: settings)
        case .ignored: break
        }
    }

    private mutating func warn(_ cause: GuestConfiguration.Warning.Cause, _ line: Int) {
        warnings.append(.init(line: line, cause: cause))
    }
}

/// The text between the brackets of `[NAME]`, alone on its line.
private func sectionName(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let text = line.trimmingLastBlanks
    guard text.count >= 2, text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") else {
        return nil
    }
    let name = text.dropFirst().dropLast()
    return name.contains(UInt8(ascii: "]")) ? nil : name
}

/// `[a-z][a-z0-9_\-]+` in either case.
private func isSnapshotName(_ name: ArraySlice<UInt8>) -> Bool {
    guard name.count >= 2, let first = name.first, isLetter(first) else { return false }
    return name.allSatisfy { isLetter($0) || isDigit($0) || "_-".utf8.contains($0) }
}

/// `^([a-z][a-z_\-]*\d*):\s*(.+?)\s*$`. A value of nothing but blanks is empty: Proxmox itself writes
/// `boot:  ` for a VM without disks.
private func setting(_ line: ArraySlice<UInt8>) -> (key: String, value: ArraySlice<UInt8>)? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let key = line[..<colon]
    let name = key.prefix { !isDigit($0) }
    guard let first = name.first, isLowercase(first),
        name.dropFirst().allSatisfy({ isLowercase($0) || "_-".utf8.contains($0) }),
        key[name.endIndex...].allSatisfy(isDigit)
    else { return nil }
    let rest = line[(colon + 1)...]
    guard !rest.isEmpty else { return nil }
    let value = rest.drop(while: isBlank).trimmingLastBlanks
    return (String(decoding: key, as: UTF8.self), value)
}

/// `snapstate:\s*(prepare|delete)\s*$`, not anchored at its beginning.
private func hasSnapshotState(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.trimmingLastBlanks
    for state in ["prepare", "delete"] where text.hasSuffix(state) {
        let before = text.dropLast(state.utf8.count).trimmingLastBlanks
        if before.hasSuffix("snapstate:") { return true }
    }
    return false
}

private func isLowercase(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}

extension ArraySlice<UInt8> {
    fileprivate var trimmingLastBlanks: ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, isBlank(self[end - 1]) { end -= 1 }
        return self[startIndex..<end]
    }

    fileprivate func hasSuffix(_ text: String) -> Bool {
        suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}

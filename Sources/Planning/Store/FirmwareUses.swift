/// Which VMs ask for which firmware: by `args` of their Proxmox configuration, now, after their
/// next start or when a snapshot is rolled back, or by a `vm:` section of launcher.conf.
package struct FirmwareUses: Sendable {
    package let all: [Use]
    /// VMs that ask for firmware in a way that cannot be read.
    package let problems: [Problem]

    package struct Use: Hashable, Sendable {
        package let volume: FirmwareVolume
        package let user: User
    }

    /// Who needs an image.
    package enum User: Hashable, Sendable, CustomStringConvertible {
        case guest(vmid: UInt32, node: String?, Occasion)
        case section(VirtualMachineSection.Subject, line: Int)

        package var description: String {
            switch self {
            case .guest(let vmid, let node, let occasion):
                "vm \(vmid)" + (node.map { " on \($0)" } ?? "") + occasion.text
            case .section(.vmid(let vmid), _): "vm \(vmid)"
            case .section(.uuid(let uuid), _): "vm \(uuid)"
            case .section(.name(let name), _): "vm \(quoted(name))"
            }
        }
    }

    package enum Occasion: Hashable, Sendable {
        case now
        case pending
        case snapshot(String)

        fileprivate var text: String {
            switch self {
            case .now: ""
            case .pending: " (pending)"
            case .snapshot(let name): " (snapshot \(name))"
            }
        }
    }

    package struct Problem: Equatable, Sendable {
        package let user: User
        package let error: GuestConfigurationError
    }

    /// - Parameter node: this host's; VMs of other nodes are named with theirs.
    package init(
        guests: [LocatedGuest],
        sections: [VirtualMachineSection],
        node: String,
    ) {
        var uses: [Use] = []
        var problems: [Problem] = []
        for located in guests {
            let guest = located.guest
            let place = located.node == node ? nil : located.node
            var settings: [(Occasion, GuestConfiguration.Settings)] = [(.now, guest.current)]
            if let pending = guest.pending { settings.append((.pending, pending)) }
            settings += guest.snapshots.map { (.snapshot($0.name), $0.settings) }
            for (occasion, settings) in settings {
                let user = User.guest(vmid: guest.vmid, node: place, occasion)
                do throws(GuestConfigurationError) {
                    guard let option = try settings.firmware() else { continue }
                    uses.append(Use(volume: option.volume, user: user))
                } catch {
                    problems.append(Problem(user: user, error: error))
                }
            }
        }
        for section in sections {
            guard let volume = section.firmware?.value else { continue }
            let user = User.section(section.subject, line: section.line)
            uses.append(Use(volume: volume, user: user))
        }
        all = uses
        self.problems = problems
    }

    /// Who needs the volume, each once, in order.
    package func users(of volume: FirmwareVolume) -> [User] {
        var named: Set<String> = []
        return all.filter { $0.volume == volume }.map(\.user)
            .filter { named.insert($0.description).inserted }
    }
}

/// Which VMs ask for which firmware: by `args` or tags of their Proxmox configuration, now, after
/// their next start or when a snapshot is rolled back, or by launcher.conf: a `vm:` section, or
/// `default-firmware`.
package struct FirmwareUses: Sendable {
    package let all: [Use]
    /// VMs that ask for firmware in a way that cannot be read.
    package let problems: [Problem]

    package struct Use: Hashable, Sendable {
        package let volume: FirmwareVolumeID
        package let user: User
        package let place: Place
        /// What the user itself requires of the image, besides its pins.
        package let digests: [Digest]
    }

    /// Where a user starts.
    package enum Place: Hashable, Sendable {
        case node(String)
        /// A VM that Proxmox does not know: wherever somebody starts it.
        case anywhere
        /// There is no such VM.
        case nowhere
    }

    /// Who needs an image.
    package enum User: Hashable, Sendable, CustomStringConvertible {
        case guest(vmid: VirtualMachineID, node: String?, Occasion)
        /// By a tag.
        case tagged(vmid: VirtualMachineID, node: String?, Occasion, Tag)
        case section(VirtualMachineSection.Subject, line: Int)
        /// VMs in UEFI mode that ask for no other image, by `default-firmware`.
        case everyOther

        package var description: String {
            switch self {
            case .guest(let vmid, let node, let occasion):
                "vm \(vmid)" + (node.map { " on \($0)" } ?? "") + occasion.text
            case .tagged(let vmid, let node, let occasion, let tag):
                "\(User.guest(vmid: vmid, node: node, occasion)) by tag \(quoted(tag.text))"
            case .section(.vmid(let vmid), _): "vm \(vmid)"
            case .section(.uuid(let uuid), _): "vm \(uuid)"
            case .section(.name(let name), _): "vm \(quoted(name))"
            case .everyOther: "every UEFI vm that asks for no other image"
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
        configuration: LauncherConfiguration,
        node: String,
    ) throws(ConfigurationError) {
        var uses: [Use] = []
        var problems: [Problem] = []
        for located in guests {
            let guest = located.guest
            let foreign = located.node == node ? nil : located.node
            let place = Place.node(located.node)
            var settings: [(Occasion, GuestConfiguration.Settings)] = [(.now, guest.current)]
            if let pending = guest.pending { settings.append((.pending, pending)) }
            settings += guest.snapshots.map { (.snapshot($0.name), $0.settings) }
            for (occasion, settings) in settings {
                let user = User.guest(vmid: guest.vmid, node: foreign, occasion)
                do throws(GuestConfigurationError) {
                    if let option = try settings.firmware() {
                        uses.append(
                            Use(
                                volume: option.volume,
                                user: user,
                                place: place,
                                digests: option.digests,
                            )
                        )
                    }
                } catch {
                    problems.append(Problem(user: user, error: error))
                }
                do throws(TagOfferError) {
                    guard let offer = try configuration.offer(to: settings) else { continue }
                    let user = User.tagged(vmid: guest.vmid, node: foreign, occasion, offer.tag)
                    uses.append(
                        Use(volume: offer.volume, user: user, place: place, digests: [])
                    )
                } catch {
                    problems.append(Problem(user: user, error: GuestConfigurationError(error)))
                }
            }
        }
        for section in try configuration.virtualMachines() {
            guard let volume = section.firmware?.value else { continue }
            let user = User.section(section.subject, line: section.line)
            let place = section.subject.place(among: guests)
            uses.append(Use(volume: volume, user: user, place: place, digests: []))
        }
        if let volume = configuration.defaultFirmware?.value {
            uses.append(Use(volume: volume, user: .everyOther, place: .anywhere, digests: []))
        }
        all = uses
        self.problems = problems
    }

    /// Who needs the volume, each once, in order.
    package func users(of volume: FirmwareVolumeID) -> [User] {
        var named: Set<String> = []
        return all.filter { $0.volume == volume }.map(\.user)
            .filter { named.insert($0.description).inserted }
    }
}

extension FirmwareUses {
    /// How much a node needs an image, from the least to the most.
    package enum Need: Hashable, Sendable, Comparable {
        case nobody
        /// VMs that are on other nodes now.
        case elsewhere
        /// Snapshots of this node's VMs.
        case later
        /// VMs start here with it, now or after their next change.
        case here
    }

    package func need(of volume: FirmwareVolumeID, on node: String) -> Need {
        all.filter { $0.volume == volume }.map { $0.need(on: node) }.max() ?? .nobody
    }
}

extension FirmwareUses.Use {
    fileprivate func need(on node: String) -> FirmwareUses.Need {
        switch place {
        case .nowhere: .nobody
        case .node(let place) where place != node: .elsewhere
        case .node, .anywhere: user.isNowOrNext ? .here : .later
        }
    }
}

extension FirmwareUses.User {
    /// Whether it starts with the image, now or after its next change. A snapshot has to be rolled
    /// back before that.
    package var isNowOrNext: Bool {
        switch self {
        case .guest(_, _, let occasion), .tagged(_, _, let occasion, _): occasion.isNowOrNext
        case .section, .everyOther: true
        }
    }
}

extension VirtualMachineSection.Subject {
    /// Where the VM of this section is.
    ///
    /// - Parameter guests: all that Proxmox knows, on every node.
    fileprivate func place(among guests: [LocatedGuest]) -> FirmwareUses.Place {
        guard !guests.isEmpty else { return .anywhere }
        let located: LocatedGuest?
        switch self {
        case .vmid(let vmid): located = guests.first { $0.guest.vmid == vmid }
        // They are for VMs without a VM ID.
        case .uuid, .name: return .anywhere
        }
        return located.map { .node($0.node) } ?? .nowhere
    }
}

/// The VMs of a node that ask for custom firmware, by what happens to them if QEMU is started
/// without the launcher.
package struct DependentGuests: Equatable, Sendable {
    /// Only by launcher.conf or a tag: they would start from stock firmware without a message.
    package private(set) var changed: [FirmwareUses.User] = []
    /// By their `args`: QEMU refuses an option that it does not know.
    package private(set) var stopped: [FirmwareUses.User] = []
    /// Why it is not known of others.
    package private(set) var unknown: [String] = []

    package var isEmpty: Bool { changed.isEmpty && stopped.isEmpty && unknown.isEmpty }

    /// - Parameters:
    ///   - uses: of all nodes.
    ///   - guests: all that exist; none on a host without Proxmox.
    package init(_ uses: FirmwareUses, guests: [LocatedGuest], node: String) {
        var asking: Set<VirtualMachineID> = []
        for case .guest(let vmid, nil, let occasion) in uses.all.map(\.user) {
            guard occasion.isNowOrNext, asking.insert(vmid).inserted else { continue }
            stopped.append(.guest(vmid: vmid, node: nil, .now))
        }
        var tagged: Set<VirtualMachineID> = []
        for case .tagged(let vmid, nil, let occasion, let tag) in uses.all.map(\.user) {
            guard occasion.isNowOrNext, !asking.contains(vmid), tagged.insert(vmid).inserted else {
                continue
            }
            changed.append(.tagged(vmid: vmid, node: nil, .now, tag))
        }
        let own = Set(guests.filter { $0.node == node }.map(\.guest.vmid))
        for case .section(let subject, let line) in uses.all.map(\.user) {
            if case .vmid(let vmid) = subject, !guests.isEmpty {
                guard own.contains(vmid), !asking.contains(vmid), !tagged.contains(vmid) else {
                    continue
                }
            }
            changed.append(.section(subject, line: line))
        }
        if uses.all.contains(where: { $0.user == .everyOther }) { changed.append(.everyOther) }
        for problem in uses.problems {
            guard case .guest(_, nil, let occasion) = problem.user, occasion.isNowOrNext else {
                continue
            }
            unknown.append("\(problem.user): \(problem.error.message)")
        }
    }

    /// If even the VMs themselves are not known.
    package init(unknown reasons: [String]) {
        unknown = reasons
    }

    /// The same, with what else is not known.
    package func adding(unknown reasons: [String]) -> DependentGuests {
        var all = self
        all.unknown += reasons
        return all
    }

    /// A sentence for each.
    package var warnings: [String] {
        changed.map {
            "\($0): starts from stock firmware, although launcher.conf names other firmware"
        }
            + stopped.map { "\($0): does not start: QEMU does not know -efi-firmware" }
            + unknown.map { "it is not known who asks for firmware: \($0)" }
    }

    /// All of them in one sentence.
    package var summary: String {
        var parts: [String] = []
        if !changed.isEmpty { parts.append("\(names(changed)) would start from stock firmware") }
        if !stopped.isEmpty { parts.append("\(names(stopped)) would not start") }
        if !unknown.isEmpty {
            let reasons = unknown.joined(separator: "; ")
            parts.append("it is not known who else asks for firmware (\(reasons))")
        }
        return parts.joined(separator: ", ")
    }

    private func names(_ users: [FirmwareUses.User]) -> String {
        users.map(\.description).joined(separator: ", ")
    }
}

extension FirmwareUses.Occasion {
    /// A snapshot has to be rolled back before its VM starts with it.
    fileprivate var isNowOrNext: Bool {
        switch self {
        case .now, .pending: true
        case .snapshot: false
        }
    }
}

/// A VM's configuration and the node that it is on.
package struct LocatedGuest: Hashable, Sendable {
    package let node: String
    package let guest: GuestConfiguration

    package init(node: String, guest: GuestConfiguration) {
        self.node = node
        self.guest = guest
    }
}

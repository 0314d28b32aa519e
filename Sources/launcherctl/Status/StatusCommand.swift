import ArgumentParser
import Host
import Planning

/// `launcherctl status`: what runs, and whether it is what a start would use.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the firmware of every running VM, and which VMs need a restart.",
        discussion: """
            A VM that the launcher gave an image has it in a sealed memory file, whose name tells \
            the image and its checksum. That is compared with what a start would use now.

            States: 'current' is what a start would use; 'restart needed' has another image, or \
            other bytes of it; 'stock' asks for no firmware; 'started without the launcher' has \
            no filter and no image of ours; 'came with its memory' arrived by a migration or from a \
            snapshot, with the firmware of its source; 'would not start' runs, and could not be \
            started again.

            The exit status is that of monitoring plugins: 0 all is well, 1 a VM needs somebody's \
            attention, 3 there are VMs that only root may look at.

            EXAMPLES
              launcherctl status
              launcherctl status --json | jq -r '.guests[] | select(.state != "current") | .vmid'
            """,
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print the status as JSON.")
    var json = false

    func run() throws {
        var status = ExitCode.success
        try reporting { () throws(LaunchFailure) in
            let host = try HostStatus(options.inventory())
            if !host.guests.allSatisfy(\.isWell) { status = ExitCode(1) }
            if !host.hidden.isEmpty { status = ExitCode(3) }
            if json {
                Output.show(json: try jsonText(StatusDocument(host)))
            } else {
                show(host)
            }
        }
        guard status == .success else { throw status }
    }

    private func show(_ host: HostStatus) {
        if host.guests.isEmpty {
            Output.show(
                host.hidden.isEmpty ? "no VM is running" : "no VM that you may look at is running"
            )
        } else {
            var table = Table("VM", "STATE", "FILTER", "FIRMWARE")
            for guest in host.guests {
                table.add(
                    .init(guest.name),
                    .init(guest.state.rawValue, guest.isWell ? .green : .yellow),
                    .init(guest.filter.rawValue),
                    .init(guest.firmware),
                )
            }
            Output.show(painted: table.text(inColour: Terminal.showsColour))
        }
        let reasons = host.guests.compactMap { guest in guest.reason.map { (guest.name, $0) } }
        if !reasons.isEmpty { Output.show() }
        for (name, reason) in reasons {
            Folding.lines(printable("\(name): \(reason)"), after: "").forEach { Output.show($0) }
        }
        if !host.hidden.isEmpty {
            let processes = host.hidden.map { "\($0)" }.joined(separator: ", ")
            Console(program: "launcherctl").warn(
                "only root may look at process \(processes)",
                about: nil
            )
        }
    }
}

extension GuestStatus {
    /// The VM ID, or else its name, or its process.
    var name: String {
        identity.vmID?.escaped ?? identity.name?.escaped ?? "process \(guest.process)"
    }

    /// The image and its checksum; on a terminal, the first digits of that.
    var firmware: String {
        guard let image = guest.image else { return "-" }
        let digest = image.digests.first.map { digest in
            Terminal.width == nil ? " \(digest)" : " \(digest.description.prefix(19))…"
        }
        return image.name + (digest ?? "")
    }
}

/// What `status --json` prints.
struct StatusDocument: Encodable {
    struct Entry: Encodable {
        let vmid: String?
        let name: String?
        let uuid: String?
        let process: Int32
        let state: String
        let reason: String?
        let firmware: String?
        let digests: [String]
        let pinnedBy: [String]
        let user: UInt32
        let filter: String
    }

    let guests: [Entry]
    let hiddenProcesses: [Int32]

    init(_ host: HostStatus) {
        hiddenProcesses = host.hidden
        guests = host.guests.map { guest in
            Entry(
                vmid: guest.identity.vmID?.escaped,
                name: guest.identity.name?.escaped,
                uuid: guest.identity.uuid?.escaped,
                process: guest.guest.process,
                state: guest.state.rawValue.replacing(" ", with: "-"),
                reason: guest.reason,
                firmware: guest.guest.image?.name,
                digests: guest.guest.image?.digests.map(\.description) ?? [],
                pinnedBy: guest.pins.map(\.origin),
                user: guest.guest.user,
                filter: guest.filter.rawValue,
            )
        }
    }
}

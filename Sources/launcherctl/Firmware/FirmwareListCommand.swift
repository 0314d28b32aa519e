import ArgumentParser
import Host
import Planning

/// `launcherctl firmware list`
struct FirmwareListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows every firmware image, its state, and the VMs that need it.",
        discussion: """
            Kinds: 'code' for flash, 'combined' with its variable store for -bios; 'variable store', \
            'not UEFI', 'blank' or a file format cannot be started from.

            States: 'verified' is pinned and would be started; 'not pinned' only lacks \
            its pin; 'refused' would not be started, and the line below the table says why. Other \
            lines there say who signed an image, if 'firmware add' verified that.

            Exit status: 66 if a storage is not there, and its images are not listed.

            EXAMPLES
              launcherctl firmware list
              launcherctl firmware list --json local
            """,
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print the list as JSON.")
    var json = false

    @Argument(help: "Only the volumes of these storages.", completion: .storage)
    var storages: [String] = []

    func run() throws {
        let console = Console(program: "launcherctl")
        var isWhole = true
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            let listing = try FirmwareListing(inventory, storage: storages)
            for remark in listing.remarks { console.warn(remark, about: nil) }
            isWhole = listing.isWhole
            if json {
                Output.show(json: try jsonText(listing.entries.map(FirmwareDocument.init)))
                return
            }
            guard !listing.entries.isEmpty else {
                if isWhole {
                    Output.show(
                        "no firmware images; 'launcherctl firmware add' puts one into a storage"
                    )
                }
                return
            }
            Output.show(painted: listing.table.text(inColour: Terminal.showsColour))
            let remarks = listing.reasons + listing.signers
            if !remarks.isEmpty { Output.show() }
            for line in remarks { Output.show(line) }
        }
        guard isWhole else { throw ExitCode(ExitStatus.volumeMissing.rawValue) }
    }
}

extension FirmwareListing.Entry {
    /// One word, or a few.
    // Swift 6.3.1 crashes in -O if this is inlined into the table.
    @inline(never)
    var state: String {
        switch trial {
        case .verified: "verified"
        case .notPinned: "not pinned"
        case .refused, .unfit, .unreachable: "refused"
        }
    }

    var colour: Terminal.Colour {
        switch trial {
        case .verified: .green
        case .notPinned: .yellow
        case .refused, .unfit, .unreachable: .red
        }
    }

    /// Why a start would refuse the image.
    var reason: String? {
        switch trial {
        case .verified, .notPinned: nil
        case .refused(let error): error.cause.message
        case .unfit(_, let refusal): refusal.message
        case .unreachable(let message): message
        }
    }
}

extension FirmwareListing {
    var table: Table {
        var table = Table("VOLUME", "SIZE", "KIND", "STATE", "USED BY")
        for entry in entries {
            let users = entry.users.map(\.description).joined(separator: ", ")
            table.add(
                .init(entry.volume.description),
                .init(entry.look.map { "\($0.byteCount)" } ?? "-"),
                .init(entry.look?.kind.title ?? "-"),
                .init(entry.state, entry.colour),
                .init(users.isEmpty ? entry.tag.map { "- (offered by tag \($0))" } ?? "-" : users),
            )
        }
        return table
    }

    /// Who signed images, as their pins say, in lines.
    var signers: [String] {
        entries.flatMap { entry in
            guard let signer = entry.signer else { return [String]() }
            return Folding.lines(printable("\(entry.volume): signed by \(signer)"), after: "")
        }
    }

    /// Why images are refused, in lines.
    var reasons: [String] {
        entries.flatMap { entry in
            guard let reason = entry.reason else { return [String]() }
            return Folding.lines(printable("\(entry.volume): \(reason)"), after: "")
        }
    }
}

import ArgumentParser
import Host
import Planning

/// `launcherctl firmware list`
struct FirmwareListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows every firmware volume, its state, and the VMs that need it.",
        discussion: """
            Kinds: 'code' for flash, 'combined' with its variable store for -bios; 'variable store', \
            'not UEFI', 'blank' or a file format is no firmware to start from.

            States: 'verified' is pinned and would be started; 'not pinned' is all right but for \
            its pin; 'refused' would not be started, and the line below the table says why.

            EXAMPLES
              launcherctl firmware list
              launcherctl firmware list --json local
            """,
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print the list as JSON.")
    var json = false

    @Argument(help: "Only of these storages.")
    var storages: [String] = []

    func run() throws {
        let console = Console(program: "launcherctl")
        try reporting { () throws(LaunchFailure) in
            let store = try options.store()
            let listing = try FirmwareListing(store, storage: storages)
            for remark in listing.remarks { console.warn(remark, about: nil) }
            if json {
                Output.show(json: try jsonText(listing.entries.map(FirmwareDocument.init)))
                return
            }
            guard !listing.entries.isEmpty else {
                Output.show(
                    "no firmware volumes; 'launcherctl firmware add' puts one into a storage"
                )
                return
            }
            Output.show(painted: listing.table.text(inColour: Terminal.showsColour))
            if !listing.reasons.isEmpty { Output.show() }
            for line in listing.reasons { Output.show(line) }
        }
    }
}

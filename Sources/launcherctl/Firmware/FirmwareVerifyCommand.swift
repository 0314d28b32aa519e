import ArgumentParser
import Host
import Planning

/// `launcherctl firmware verify`
struct FirmwareVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies images as a VM's start does.",
        discussion: """
            Without a volume, it verifies all pinned images. The exit status is that of the first \
            image that a start would refuse.

            EXAMPLES
              launcherctl firmware verify
              launcherctl firmware verify local:efi-firmware/ovmf-2025.05.fd
            """,
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "STORAGE:efi-firmware/FILE …", completion: .volume)
    var volumes: [VolumeArgument] = []

    func run() throws {
        let console = Console(program: "launcherctl")
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            var wanted = inventory.configuration.firmware.compactMap(\.volume)
            if !volumes.isEmpty {
                wanted = []
                for argument in volumes { wanted.append(try argument.volume()) }
            }
            var first: LaunchFailure?
            for volume in wanted {
                let name = printable(volume.description)
                do throws(LaunchFailure) {
                    let request = try inventory.request(for: volume)
                    let facts = try requireStartable(request)
                    let proofs = facts.proofs.map(\.rawValue).joined(separator: ", ")
                    Output.show(
                        painted:
                            "\(name): \(Terminal.coloured("verified", .green)), read-only by \(proofs)"
                    )
                } catch {
                    Output.show(painted: "\(name): \(Terminal.coloured("refused", .red))")
                    if first != nil { console.report(error) }
                    first = first ?? error
                }
            }
            if let first { throw first }
        }
    }
}

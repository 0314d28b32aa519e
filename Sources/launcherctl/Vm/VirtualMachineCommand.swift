import ArgumentParser
import Host
import Planning

/// `launcherctl vm`: the `vm:` sections of launcher.conf.
struct VirtualMachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vm",
        abstract: "Edits what launcher.conf says about one VM.",
        discussion: """
            Everything else in the file stays the same, comments too. A change that the launcher \
            would not accept is not written.

            EXAMPLES
              launcherctl vm set 100 firmware local:efi-firmware/nsv-7.1.fd
              launcherctl vm set 100 groups io-uring,numa
              launcherctl vm unset 100 firmware
            """,
        subcommands: [Set.self, Unset.self],
    )

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a VM a setting.",
            discussion: """
                VM is a VM ID or, for VMs that have none, a UUID or a name. Keys are those of a \
                'vm:' section in launcher.conf(5).

                EXAMPLES
                  launcherctl vm set 100 firmware local:efi-firmware/nsv-7.1.fd
                """,
        )

        @OptionGroup var options: StoreOptions

        @Argument(help: "Its VM ID, UUID or name.", completion: .configuredVM)
        var vm: String

        @Argument(
            help: "firmware, default-firmware, uuid, seccomp, spawn, groups, landlock, …",
            completion: .list(Candidates.keysOfVM),
        )
        var key: String

        @Argument(help: "The setting's value.", completion: .valueOfVM)
        var value: String

        func run() throws {
            try reporting { () throws(LaunchFailure) in
                let inventory = try options.inventory()
                let changed = try inventory.edit {
                    (edit: inout SectionEdit) throws(LaunchFailure) in
                    try failing { () throws(ConfigurationError) in
                        try edit.set(key, to: value, in: "vm", vm)
                    }
                }
                if key == "firmware", inventory.pins(ofArgument: value).isEmpty {
                    Console(program: "launcherctl").warn(
                        "not pinned, so it does not start: launcherctl firmware pin \(value)",
                        about: "vm \(vm)"
                    )
                }
                Output.show(
                    "\(changed ? "written to" : "was already in") \(inventory.configurationPath)"
                )
            }
        }
    }

    struct Unset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a setting of a VM out.",
            discussion: """
                EXAMPLES
                  launcherctl vm unset 100 firmware
                """,
        )

        @OptionGroup var options: StoreOptions

        @Argument(help: "Its VM ID, UUID or name.", completion: .configuredVM)
        var vm: String

        @Argument(help: "The setting's key.", completion: .list(Candidates.keysOfVM))
        var key: String

        func run() throws {
            try reporting { () throws(LaunchFailure) in
                let inventory = try options.inventory()
                let changed = try inventory.edit {
                    (edit: inout SectionEdit) throws(LaunchFailure) in
                    _ = try failing { () throws(ConfigurationError) in
                        try edit.unset(key, in: "vm", vm)
                    }
                }
                let path = inventory.configurationPath
                Output.show(changed ? "taken out of \(path)" : "\(path) has no such setting")
            }
        }
    }
}

extension Inventory {
    /// Of what somebody wrote as a volume.
    fileprivate func pins(ofArgument text: String) -> [ImageRequest.Pin] {
        do throws(LaunchFailure) {
            return pins(of: try VolumeArgument(argument: text).volume())
        } catch {
            return []
        }
    }
}

import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl divert`: Proxmox's QEMU path, ours or its own.
struct DivertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "divert",
        abstract: "Puts the launcher at Proxmox's QEMU path, and back.",
        discussion: """
            Proxmox starts its VMs by /usr/bin/kvm, a link of the package pve-qemu-kvm. While the \
            diversion is enabled, that path leads to the launcher, also after upgrades of QEMU; \
            its own link is /usr/bin/kvm.distrib. VMs that run are not touched. At no moment is \
            there no /usr/bin/kvm.

            EXAMPLES
              launcherctl divert enable
              launcherctl divert status
            """,
        subcommands: [Enable.self, Disable.self, Status.self],
    )

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts VMs through the launcher from now on."
        )

        func run() throws {
            try reporting { () throws(LaunchFailure) in
                try failing { () throws(DiversionError) in try Diversion().enable() }
                print("enabled: \(Diversion.path) leads to \(Diversion.launcher)")
            }
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts VMs without the launcher from now on."
        )

        func run() throws {
            try reporting { () throws(LaunchFailure) in
                try failing { () throws(DiversionError) in try Diversion().disable() }
                print("disabled: \(Diversion.path) is QEMU's own")
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says which of the two holds.",
            discussion: "Exit status: 0 enabled, 1 not enabled, 2 incomplete or somebody else's.",
        )

        @Flag(help: "Print the state as JSON.")
        var json = false

        func run() throws {
            var status: Int32 = 0
            try reporting { () throws(LaunchFailure) in
                let state = try failing { () throws(DiversionError) in try Diversion().state() }
                let (word, remark) = state.description
                if json {
                    let path = Diversion.path.string
                    print(try jsonText(["path": path, "state": word, "remark": remark ?? ""]))
                } else {
                    print(word + (remark.map { ": \($0)" } ?? ""))
                }
                status = state.exitStatus
            }
            throw ExitCode(status)
        }
    }
}

extension Diversion.State {
    fileprivate var description: (word: String, remark: String?) {
        switch self {
        case .enabled: ("enabled", nil)
        case .disabled: ("disabled", nil)
        case .noDpkg: ("disabled", "no dpkg on this host")
        case .incomplete(let reason): ("incomplete", reason)
        case .foreign(let package): ("foreign", "diverted by \(package)")
        }
    }

    fileprivate var exitStatus: Int32 {
        switch self {
        case .enabled: 0
        case .disabled, .noDpkg: 1
        case .incomplete, .foreign: 2
        }
    }
}

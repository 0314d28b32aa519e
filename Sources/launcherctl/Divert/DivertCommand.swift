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
            its own link is /usr/bin/kvm.distrib. Running VMs are not touched. There is always a \
            /usr/bin/kvm.

            EXAMPLES
              launcherctl divert enable
              launcherctl divert status
            """,
        subcommands: [Enable.self, Disable.self, Status.self],
    )

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts VMs through the launcher from now on.",
            discussion: """
                Writes a launcher.conf that configures nothing if there is none: once VMs start \
                through the launcher, a missing one is an error.
                """,
        )

        func run() throws {
            try reporting { () throws(LaunchFailure) in
                let diversion = Diversion()
                let state = try diversion.state()
                if state == .disabled {
                    try failing { () throws(HostFileError) in try diversion.writeConfiguration() }
                } else {
                    // A missing one is not replaced by one that asks for nothing.
                    try diversion.requireConfiguration()
                }
                try diversion.enable()
                Output.show("enabled: \(Diversion.path) leads to \(Diversion.launcher)")
            }
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts VMs without the launcher from now on.",
            discussion: """
                Refused while VMs of this node ask for custom firmware: those that \
                launcher.conf names would start from stock firmware, and those that ask by their \
                args would not start.
                """,
        )

        @Flag(help: "Disable it although VMs ask for custom firmware.")
        var force = false

        func run() throws {
            let console = Console(program: "launcherctl")
            try reporting { () throws(LaunchFailure) in
                let diversion = Diversion()
                let guests = try Self.dependent(on: diversion)
                guard guests.isEmpty || force else {
                    throw LaunchFailure(DiversionError.needed(by: guests))
                }
                for warning in guests.warnings { console.warn(warning, about: nil) }
                try diversion.disable()
                Output.show("disabled: \(Diversion.path) is QEMU's own")
            }
        }

        /// The VMs that would start differently from now on; none if it is already disabled.
        private static func dependent(
            on diversion: Diversion
        ) throws(LaunchFailure) -> DependentGuests {
            switch try diversion.state() {
            case .disabled, .noDpkg, .foreign: return DependentGuests(unknown: [])
            case .enabled, .incomplete: break
            }
            do throws(LaunchFailure) {
                return try DependentGuests(below: diversion.root)
            } catch {
                return DependentGuests(unknown: [error.message])
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says whether the launcher or QEMU is at that path.",
            discussion: "Exit status: 0 enabled, 1 not enabled, 2 incomplete or somebody else's.",
        )

        @Flag(help: "Print the state as JSON.")
        var json = false

        func run() throws {
            var status: Int32 = 0
            try reporting { () throws(LaunchFailure) in
                let state = try Diversion().state()
                let (word, remark) = state.description
                if json {
                    let document = DiversionDocument(
                        path: Diversion.path.string,
                        state: word,
                        remark: remark ?? "",
                    )
                    Output.show(json: try jsonText(document))
                } else {
                    Output.show(word + (remark.map { ": \($0)" } ?? ""))
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

extension DependentGuests {
    /// Those of this node.
    init(_ inventory: Inventory) throws(LaunchFailure) {
        self.init(try inventory.uses(), inventory.cluster, node: inventory.node)
    }

    /// Those of this node, with the default configuration.
    ///
    /// - Parameter root: another one than `/`, as the diversion has it.
    init(below root: String) throws(LaunchFailure) {
        let file = FilePath(root + LauncherConfiguration.defaultFile.string)
        let configuration = try LaunchFiles.configuration(whereNoneIsNamed: file)
        let storages = configuration.storageConfiguration
        let place = storages.line == nil ? FilePath(root + storages.value.string) : storages.value
        let cluster = ClusterFiles(below: place.removingLastComponent())
        let node = try Invocation.current().nodeName
        let uses = try failing { () throws(ConfigurationError) in
            try FirmwareUses(guests: cluster.guests, configuration: configuration, node: node)
        }
        self.init(uses, cluster, node: node)
    }

    private init(_ uses: FirmwareUses, _ cluster: ClusterFiles, node: String) {
        self = DependentGuests(uses, guests: cluster.guests, node: node)
            .adding(unknown: cluster.failures.map(\.message))
    }
}

/// What `launcherctl divert status --json` prints.
struct DiversionDocument: Encodable {
    let path: String
    /// `enabled`, `disabled`, `incomplete` or `foreign`.
    let state: String
    /// What else there is to say about the state; may be empty.
    let remark: String
}

package import Planning
import SystemPackage

/// A launch planned from the words a person would type, on a host that has no Proxmox.
package struct PlannedLaunch {
    package static let volume = "demo:efi-firmware/ovmf.fd"
    package static let digest = String(repeating: "a1", count: 32)

    /// Declares the storage and pins the volume.
    package static let configuration = """
        dir: demo
        	path /srv/firmware

        firmware: \(volume)
        	sha256 \(digest)

        """

    package let request: LaunchRequest
    package let settings: LaunchSettings
    /// `nil` for a launch that passes through.
    package let choice: FirmwareChoice?
    package let plan: LaunchPlan

    package init(
        _ words: [ByteString],
        called name: ByteString = "/usr/bin/kvm",
        configuration text: String = Self.configuration,
        environment: [ByteString] = [],
        isRoot: Bool = true,
        audit: CommandLineAudit.Context = CommandLineAudit.Context(),
        files: SettingsFiles = .proxmox,
        guest: KnownGuest = .notNeeded,
    ) throws {
        self = try leaf {
            try PlannedLaunch(
                planning: words,
                called: name,
                configuration: text,
                environment: environment,
                isRoot: isRoot,
                audit: audit,
                files: files,
                guest: guest,
            )
        }
    }

    private init(
        planning words: [ByteString],
        called name: ByteString,
        configuration text: String,
        environment: [ByteString],
        isRoot: Bool,
        audit: CommandLineAudit.Context,
        files: SettingsFiles,
        guest: KnownGuest,
    ) throws {
        let invocation = Invocation(
            arguments: [name] + words,
            environment: environment,
            isRoot: isRoot,
            nodeName: "node1",
            workingDirectoryIsWritableByOthers: false,
        )
        let configuration = try LauncherConfiguration(
            parsing: Array(text.utf8),
            file: "launcher.conf"
        )
        request = try LaunchRequest(invocation, files: files)
        settings = try Planner.settings(request, configuration: configuration, guest: guest)
        switch try Planner.demand(request, settings: settings) {
        case .nothing:
            choice = nil
            plan = try Planner.passThrough(request, settings: settings)
            return
        case .image(let image):
            choice = image
        case .stock(.file(let path)), .stock(.searched(let path)):
            // The host would look for it; here it lies where it is said to be.
            choice = FirmwareChoice(stock: path.lexicallyNormalized(), settings: settings)
        }
        guard let choice else { throw Unplanned() }
        let host = HostState(
            storages: try StorageConfiguration(configuration, storageConfiguration: nil),
            audit: audit,
            imageDescriptor: 11,
            settingsDescriptors: Dictionary(
                uniqueKeysWithValues: zip(files.all.map(\.path), 12...)
            ),
        )
        plan = try Planner.plan(request, settings: settings, choice: choice, host: host)
    }

    package struct Unplanned: Error {}

    /// The refusal of a launch that must not be planned; `nil` where it is planned all the same.
    package static func refusal(
        _ words: [ByteString],
        called name: ByteString = "/usr/bin/kvm",
        configuration: String = Self.configuration,
        audit: CommandLineAudit.Context = CommandLineAudit.Context(),
        guest: KnownGuest = .notNeeded,
    ) -> (any Failure)? {
        do {
            _ = try PlannedLaunch(
                words,
                called: name,
                configuration: configuration,
                audit: audit,
                guest: guest,
            )
            return nil
        } catch {
            return error as? any Failure
        }
    }
}

/// A launch with custom firmware, decided from its command line in the order the planner has:
/// machine, guest kind, what is attached, every other way in, and the rewrite.
package struct CustomFirmwareLaunch {
    package let guest: GuestKind
    package let rewrite: FirmwareRewrite

    package init(
        _ vector: ArgumentVector,
        imagePath: ByteString = "/proc/self/fd/9",
        sevUsesFlash: Bool = false,
        variableStore: VariableStoreOption? = nil,
        context: CommandLineAudit.Context = .withImage,
        files: SettingsFiles = .proxmox,
    ) throws {
        let commandLine = QEMUCommandLine(vector, files: files)
        let machine = MachineOptions(commandLine)
        if let type = machine["type"], !MachineType(type).hasFlash {
            throw PlanningError.unsupportedMachine(type: type)
        }
        guest = try GuestKind(commandLine, machine: machine)
        let attached = try AttachedFirmware(commandLine, machine: machine)
        try CommandLineAudit(commandLine, attached: attached, context: context).run()
        rewrite = try FirmwareRewrite(
            commandLine,
            attached: attached,
            request: FirmwareRewrite.Request(
                imagePath: imagePath,
                guest: guest,
                sevUsesFlash: sevUsesFlash,
                variableStore: variableStore,
                vmID: vector.all("id").last?.value
            )
        )
    }
}

extension CommandLineAudit.Context {
    /// The image has the descriptor that ``CustomFirmwareLaunch`` gives it.
    package static let withImage: CommandLineAudit.Context = {
        var context = CommandLineAudit.Context()
        context.descriptors = [9]
        return context
    }()
}

extension SettingsFiles {
    /// qemu-server includes a file for every q35 machine, about USB controllers and PCI bridges.
    package static let proxmox: SettingsFiles = {
        let text = """
            [device "ehci"]
              driver = "ich9-usb-ehci1"
              bus = "pcie.0"

            [device "pcidmi"]
              driver = "i82801b11-bridge"
              bus = "pcie.0"

            """
        let paths: [ByteString] = [
            "/usr/share/qemu-server/pve-q35-4.0.cfg", "/usr/share/qemu-server/pve-q35.cfg",
        ]
        let files = paths.map { ($0, SettingsFile(path: $0, bytes: Array(text.utf8))) }
        return SettingsFiles(defaultFile: nil, included: Dictionary(uniqueKeysWithValues: files))
    }()
}

/// A command line of `kvm` with these words behind it.
package func commandLine(_ words: ByteString...) -> ArgumentVector {
    ArgumentVector(["kvm"] + words)
}

/// A command line of `kvm` whose words hold no blanks.
package func commandLine(words: String) -> ArgumentVector {
    ArgumentVector(["kvm"] + words.split(separator: " ").map { ByteString($0) })
}

/// A command line with these `-blockdev` options.
package func commandLine(blockdevs: [ByteString]) -> ArgumentVector {
    var words: [ByteString] = ["kvm"]
    for blockdev in blockdevs { words += ["-blockdev", blockdev] }
    return ArgumentVector(words)
}

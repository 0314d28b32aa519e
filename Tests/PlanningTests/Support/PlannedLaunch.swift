import Planning
import SystemPackage

/// A launch planned from the words a person would type, on a host that has no Proxmox.
struct PlannedLaunch {
    static let volume = "demo:efi-firmware/ovmf.fd"
    static let digest = String(repeating: "a1", count: 32)

    /// Declares the storage and pins the volume.
    static let configuration = """
        dir: demo
        	path /srv/firmware

        firmware: \(volume)
        	sha256 \(digest)

        """

    let request: LaunchRequest
    let settings: LaunchSettings
    /// `nil` for a launch that passes through.
    let choice: FirmwareChoice?
    let plan: LaunchPlan

    init(
        _ words: [ByteString],
        called name: ByteString = "/usr/bin/kvm",
        configuration text: String = Self.configuration,
        environment: [ByteString] = [],
        isRoot: Bool = true,
        audit: CommandLineAudit.Context = CommandLineAudit.Context(),
        files: SettingsFiles = .proxmox,
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
        settings = try Planner.settings(request, configuration: configuration)
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

    struct Unplanned: Error {}

    /// The refusal of a launch that must not be planned; `nil` where it is planned all the same.
    static func refusal(
        _ words: [ByteString],
        called name: ByteString = "/usr/bin/kvm",
        configuration: String = Self.configuration,
        audit: CommandLineAudit.Context = CommandLineAudit.Context(),
    ) -> (any Failure)? {
        do {
            _ = try PlannedLaunch(words, called: name, configuration: configuration, audit: audit)
            return nil
        } catch {
            return error as? any Failure
        }
    }
}

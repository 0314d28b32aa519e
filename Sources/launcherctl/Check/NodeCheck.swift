import Host
import Planning
import SystemPackage

/// Another node, on which a VM may be started next: by a migration, or after a failure. What can be
/// known of it from here is the configuration that all nodes share, and the files of storages that
/// they share.
struct NodeCheck {
    private(set) var findings: [CheckResult] = []
    private let node: String
    private let inventory: Inventory
    private let uses: FirmwareUses

    init(_ node: String, _ inventory: Inventory, _ uses: FirmwareUses) {
        self.node = node
        self.inventory = inventory
        self.uses = uses
        if let known = inventory.cluster.nodes.first(where: { $0.name == node }) {
            findings.append(Check.launcher(of: known))
        }
        checkConfiguration()
        for volume in volumes() { check(volume) }
    }

    /// What VMs need on any node: each may come here. Each once, in order.
    private func volumes() -> [FirmwareVolumeID] {
        var seen: Set<FirmwareVolumeID> = []
        return uses.all.filter { $0.user.isNowOrNext && $0.place != .nowhere }.map(\.volume)
            .filter { seen.insert($0).inserted }
    }

    private mutating func checkConfiguration() {
        guard !volumes().isEmpty, !inventory.configurationIsShared else { return }
        let file = inventory.configurationPath
        findings.append(
            CheckResult(
                "node",
                node,
                .warning,
                "its pins cannot be seen from here: \(file) is each node's own",
                hint: "keep one /etc/pve/qemu-launcher.conf, and make \(file) a link to it on each"
                    + " node",
            )
        )
    }

    private mutating func check(_ volume: FirmwareVolumeID) {
        let users = uses.all.filter { $0.volume == volume && $0.user.isNowOrNext }
        let names = users.map(\.user.description).joined(separator: ", ")
        do throws(LaunchFailure) {
            let location = try failing { () throws(VolumeError) in
                try inventory.storages.firmwareLocation(of: volume, on: node)
            }
            if let gap = try gap(volume, users, location) { return findings.append(gap) }
            add(.ok, "\(volume) is there, for \(names)")
        } catch {
            add(.failure, "\(error.message); needed by \(names)", hint: error.hint)
        }
    }

    /// What is missing, or not known from here.
    private func gap(
        _ volume: FirmwareVolumeID,
        _ users: [FirmwareUses.Use],
        _ location: FirmwareLocation,
    ) throws(LaunchFailure) -> CheckResult? {
        let pins = inventory.pins(of: volume)
        guard !pins.isEmpty || users.allSatisfy({ !$0.digests.isEmpty }) else {
            return CheckResult(
                "node",
                node,
                .failure,
                "\(volume) is not pinned",
                hint: "launcherctl firmware pin \(volume)",
            )
        }
        guard let storage = inventory.storage(of: volume), storage.isShared else {
            return CheckResult(
                "node",
                node,
                .warning,
                "\(volume) is in a storage of each node's own: whether it is there cannot be seen"
                    + " from here",
                hint: "run 'launcherctl check' there: ssh \(node) launcherctl check",
            )
        }
        // The same file, if this node has the storage as well.
        guard try sees(storage) else {
            return CheckResult(
                "node",
                node,
                .warning,
                "\(volume) is in storage \(quoted(storage.id.text)), which this node does not have"
                    + " or has not mounted: whether it is there cannot be seen from here",
                hint: "run 'launcherctl check' there: ssh \(node) launcherctl check",
            )
        }
        let digests = users.flatMap(\.digests).map {
            ImageRequest.Pin(digest: $0, origin: "option -efi-firmware")
        }
        _ = try requireStartable(inventory.request(for: volume, pins: digests + pins))
        return nil
    }

    private func sees(_ storage: Storage) throws(LaunchFailure) -> Bool {
        guard !storage.isDisabled, storage.nodes?.contains(inventory.node) ?? true else {
            return false
        }
        return try failing { () throws(HostError) in
            try inventory.missingMount(of: storage) == nil
        }
    }

    private mutating func add(_ state: CheckResult.State, _ message: String, hint: String? = nil) {
        findings.append(CheckResult("node", node, state, message, hint: hint))
    }
}

extension Inventory {
    /// Which nodes a check is about.
    ///
    /// - Throws: if there is no node of that name.
    func nodes(of scope: Check.Scope) throws(LaunchFailure) -> [String] {
        let known = cluster.nodes.map(\.name)
        switch scope {
        case .thisNode: return [node]
        case .allNodes: return [node] + known.filter { $0 != node }
        case .node(let name):
            guard name == node || known.contains(name) else {
                throw LaunchFailure(UnknownNode(name: name, known: known.isEmpty ? [node] : known))
            }
            return [name]
        }
    }

    /// Whether every node of the cluster reads the same launcher.conf.
    fileprivate var configurationIsShared: Bool {
        let shared = configuration.storageConfiguration.value.removingLastComponent()
        do throws(HostFileError) {
            let file = try ConfigurationFile.resolved(configurationPath)
            return file.starts(with: try ConfigurationFile.resolved(shared))
        } catch {
            return false
        }
    }

    fileprivate func storage(of volume: FirmwareVolumeID) -> Storage? {
        storages.survey().storages.first { $0.id == volume.id.storage }
    }
}

/// The operator named a node that the cluster does not have.
private struct UnknownNode: Failure {
    let name: String
    let known: [String]

    var message: String { "node \(quoted(name)) does not exist" }
    var hint: String? { keyHint(for: name, among: known) }
    var exitStatus: ExitStatus { .usage }
}

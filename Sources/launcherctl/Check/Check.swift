import Host
import Planning
import SystemPackage

/// Everything that `check` looks at, in the order of a launch.
struct Check {
    private(set) var findings: [CheckResult] = []
    /// What was there to be checked; zeros if the configuration cannot be read.
    private(set) var counts = Counts()

    struct Counts: Equatable {
        /// VMs of this node that ask for firmware.
        var guests = 0
        var pins = 0
    }

    /// Whose VMs are to start.
    enum Scope: Equatable {
        case thisNode
        case node(String)
        case allNodes
    }

    /// - Parameter path: of launcher.conf; `nil` for the default.
    /// - Throws: if there is no node of that name.
    init(_ path: FilePath?, _ scope: Scope) throws(LaunchFailure) {
        let inventory: Inventory
        let uses: FirmwareUses
        do throws(LaunchFailure) {
            inventory = try Inventory(path)
            uses = try inventory.uses()
        } catch {
            let file = (path ?? LauncherConfiguration.defaultFile).string
            add([CheckResult("configuration", file, .failure, error)])
            addHost(nil)
            return
        }
        let others = try inventory.nodes(of: scope).filter { $0 != inventory.node }
        add(Self.configuration(of: inventory))
        if scope == .thisNode || scope == .allNodes || others.isEmpty {
            addThisNode(inventory, uses)
        }
        for node in others { add(NodeCheck(node, inventory, uses).findings) }
    }

    private mutating func addThisNode(_ inventory: Inventory, _ uses: FirmwareUses) {
        add(Self.storages(of: inventory, uses))
        let images = ExaminedImages()
        add(Self.pins(of: inventory, uses, images))
        let guests = GuestCheck(inventory, images)
        counts = Counts(guests: guests.count, pins: inventory.configuration.firmware.count)
        add(guests.findings)
        do throws(LaunchFailure) {
            add(try RulesetCheck(inventory).findings)
        } catch {
            add([CheckResult("filter", "rulesets", .failure, error)])
        }
        add(LibvirtCheck.findings(inventory))
        add(Self.cluster(of: inventory, needing: uses))
        add(Self.program(of: inventory))
        addHost(inventory)
    }

    private mutating func addHost(_ inventory: Inventory?) {
        add(Self.kernel())
        add(DiversionCheck.findings(inventory))
    }

    private mutating func add(_ more: [CheckResult]) {
        findings += more
    }
}

extension Check {
    private static func configuration(of inventory: Inventory) -> [CheckResult] {
        let file = inventory.configurationPath.string
        let pins = inventory.configuration.firmware.count
        let warnings = inventory.storages.survey().warnings
        let own = CheckResult(
            "configuration",
            file,
            .ok,
            "\(pins) \(pins == 1 ? "image is" : "images are") pinned",
        )
        return [own] + warnings.map { CheckResult("configuration", $0.file, .warning, $0.message) }
            + inventory.cluster.failures.map {
                // A VM whose tags are not known does not start.
                let isFatal = inventory.configuration.offersByTag
                return CheckResult("configuration", "VMs", isFatal ? .failure : .warning, $0)
            }
    }

    private static func pins(
        of inventory: Inventory,
        _ uses: FirmwareUses,
        _ images: ExaminedImages,
    ) -> [CheckResult] {
        inventory.configuration.firmware.map { section in
            switch section.subject {
            case .volume(let volume):
                let need = uses.need(of: volume, on: inventory.node)
                return pin(of: volume, inventory, images, needed: need)
            case .path(let path): return pin(of: path, inventory)
            }
        }
    }

    private static func pin(
        of volume: FirmwareVolumeID,
        _ inventory: Inventory,
        _ images: ExaminedImages,
        needed need: FirmwareUses.Need,
    ) -> CheckResult {
        do throws(LaunchFailure) {
            let request = try inventory.request(for: volume)
            let image = try images[request]
            _ = try image.requireStartable(for: nil)
            let facts = image.facts
            let proofs = facts.proofs.map(\.rawValue).joined(separator: ", ")
            let signer = inventory.configuration.firmware(for: volume)?.signer?.value
            let message =
                "\(facts.byteCount) bytes, read-only by \(proofs)"
                + (signer.map { ", signed by \($0)" } ?? "")
            return CheckResult("firmware", volume.description, .ok, message)
        } catch {
            let name = volume.description
            let root = inventory.root(of: volume)
            let result = CheckResult("firmware", name, need.stateOfMissing, error, at: root)
            guard let remark = need.remark else { return result }
            guard need == .nobody, isAboutMissingImage(error) else { return result.saying(remark) }
            return result.of(.information).saying(remark)
        }
    }

    /// An upgrade of the package changes the file, and then no VM starts with it until its pin is
    /// renewed.
    private static func pin(
        of path: FilePath,
        _ inventory: Inventory,
    ) -> CheckResult {
        let isVerified = inventory.configuration.stockFirmware.value == .verify
        do throws(LaunchFailure) {
            _ = try requireVerified(inventory.request(for: path))
            let message =
                isVerified ? "is what is pinned" : "is what is pinned, and nobody verifies it"
            return CheckResult("firmware", path.string, .ok, message)
        } catch {
            let state: CheckResult.State = isVerified ? .failure : .information
            guard case .checksumDiffers? = (error.cause as? VerificationError)?.cause else {
                return CheckResult("firmware", path.string, state, error)
            }
            return CheckResult(
                "firmware",
                path.string,
                state,
                error.message,
                hint: "after an upgrade of its package, 'launcherctl firmware pin --stock' renews"
                    + " the pin",
            )
        }
    }

    private static func program(of inventory: Inventory) -> [CheckResult] {
        let candidates = QEMUProgram.candidates(
            configured: inventory.configuration.qemu?.value,
            calledAs: "/usr/bin/kvm",
        )
        do throws(LaunchFailure) {
            let program = try Executable(firstOf: candidates)
            try program.requireOtherThanInstalledLauncher()
            return [
                CheckResult(
                    "qemu",
                    program.path.string,
                    .ok,
                    "exists"
                )
            ]
        } catch {
            return [CheckResult("qemu", candidates.first?.string ?? "", .failure, error)]
        }
    }

    private static func kernel() -> [CheckResult] {
        var findings = KernelSupport.missing().map { CheckResult("kernel", "files", .failure, $0) }
        if findings.isEmpty {
            findings.append(CheckResult("kernel", "files", .ok, "openat2 and sealed memory files"))
        }
        let filters: CheckResult =
            switch KernelSupport.filters() {
            case .none:
                CheckResult(
                    "kernel",
                    "seccomp",
                    .failure,
                    "no system call filters",
                    hint: "a kernel with CONFIG_SECCOMP_FILTER is needed, or 'seccomp off'",
                )
            case .basic:
                CheckResult(
                    "kernel",
                    "seccomp",
                    .warning,
                    "filters, but no user notification",
                    hint: "Linux 5.5 or newer is needed to allow exactly one exec",
                )
            case .notification:
                CheckResult("kernel", "seccomp", .ok, "filters and user notification")
            }
        return findings + [filters]
    }
}

extension Check {
    /// The nodes, on which a VM may be started next: by migration, or after a failure. Their
    /// packages have written down in /etc/pve which launcher they have.
    static func cluster(of inventory: Inventory, needing uses: FirmwareUses) -> [CheckResult] {
        guard !uses.all.isEmpty else { return [] }
        return inventory.cluster.nodes.map {
            $0.name == inventory.node ? own($0) : launcher(of: $0)
        }
    }

    /// Which launcher another node has.
    static func launcher(of node: ClusterFiles.Node) -> CheckResult {
        switch node.version {
        case Version.current?: CheckResult("node", node.name, .ok, "has the same launcher")
        case let version?:
            CheckResult(
                "node",
                node.name,
                .warning,
                "has another launcher (expected \(Version.current), found \(version))",
                hint: "install the same version on every node; an older one may not know what the"
                    + " configuration says, and refuses to start VMs then",
            )
        case nil:
            CheckResult(
                "node",
                node.name,
                .warning,
                "has no launcher: VMs with custom firmware do not start there",
                hint: "install the package there, and 'launcherctl divert enable'",
            )
        }
    }

    /// What this node has published for the others, which cannot ask it.
    private static func own(_ node: ClusterFiles.Node) -> CheckResult {
        guard node.version != Version.current else {
            let message = "this node; the others know the version of its launcher"
            return CheckResult("node", node.name, .ok, message)
        }
        return CheckResult(
            "node",
            node.name,
            .warning,
            "this node, but the others know another version of its launcher"
                + " (expected \(Version.current), found \(node.version ?? "none"))",
            hint: "launcherctl --version >/etc/pve/local/qemu-launcher.version",
        )
    }
}

extension Check {
    /// Each storage that firmware is needed from.
    static func storages(of inventory: Inventory, _ uses: FirmwareUses) -> [CheckResult] {
        let pinned = inventory.configuration.firmware.compactMap(\.volume)
        let volumes = Set(pinned + uses.all.map(\.volume))
        return inventory.storages.survey().storages.compactMap { storage in
            let needs = volumes.filter { $0.id.storage == storage.id }
                .map { uses.need(of: $0, on: inventory.node) }
            guard let need = needs.max() else { return nil }
            let result = finding(storage, inventory)
            guard result.state != .ok, let remark = need.remark else { return result }
            return result.of(.information).saying(remark)
        }
    }

    private static func finding(_ storage: Storage, _ inventory: Inventory) -> CheckResult {
        let name = storage.id.text
        func finding(
            _ state: CheckResult.State,
            _ message: String,
            hint: String? = nil
        ) -> CheckResult {
            CheckResult("storage", name, state, message, hint: hint)
        }
        guard let path = storage.path else {
            return finding(.failure, "\(storage.type) storage keeps no files")
        }
        guard !storage.isDisabled else { return finding(.failure, "disabled (\(storage.origin))") }
        if let nodes = storage.nodes, !nodes.contains(inventory.node) {
            return finding(.failure, "not for this node (\(storage.origin))")
        }
        do throws(HostError) {
            if let missing = try inventory.missingMount(of: storage) {
                return finding(
                    .failure,
                    "not mounted at \(missing)",
                    hint: "'pvesm status' mounts Proxmox's storages;"
                        + " at boot, a VM may start before that",
                )
            }
            guard try MountPoint.isMounted(path) != nil else {
                return finding(.failure, "\(path) is missing")
            }
        } catch {
            return CheckResult("storage", name, .failure, error)
        }
        return finding(.ok, "\(path)")
    }
}

extension FirmwareUses.Need {
    /// What it means if the image is not there, or is not the right one.
    fileprivate var stateOfMissing: CheckResult.State {
        switch self {
        case .here: .failure
        case .later, .nobody: .warning
        case .elsewhere: .information
        }
    }

    /// Why it may be of no concern here.
    fileprivate var remark: String? {
        switch self {
        case .here, .later: nil
        case .elsewhere: "only VMs of other nodes need it"
        case .nobody: "no VM needs it"
        }
    }
}

/// Images by what is asked of them, each looked at once: unpacking takes a tenth of a second, and
/// many VMs have the same image.
final class ExaminedImages {
    private var seen: [ImageRequest: Result<ExaminedImage, LaunchFailure>] = [:]

    subscript(request: ImageRequest) -> ExaminedImage {
        get throws(LaunchFailure) {
            if let seen = seen[request] { return try seen.get() }
            let result: Result<ExaminedImage, LaunchFailure>
            do throws(LaunchFailure) {
                result = .success(try ExaminedImage(request))
            } catch {
                result = .failure(error)
            }
            seen[request] = result
            return try result.get()
        }
    }
}

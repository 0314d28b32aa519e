import Host
import Planning
import SystemPackage

/// Everything that `check` looks at, in the order of a launch.
struct Check {
    private(set) var findings: [CheckResult] = []

    /// - Parameter path: of launcher.conf; `nil` for the default.
    init(_ path: FilePath?) {
        let file = (path ?? LauncherConfiguration.defaultFile).string
        var read: Inventory?
        do throws(LaunchFailure) {
            let inventory = try Inventory(path)
            read = inventory
            let uses = try inventory.uses()
            add(Self.configuration(of: inventory, file))
            let used = Set(uses.all.map(\.volume))
            add(Self.storages(of: inventory, used: used))
            add(Self.pins(of: inventory))
            add(GuestCheck(inventory).findings)
            add(try RulesetCheck(inventory).findings)
            add(Self.cluster(of: inventory, needing: uses))
            add(Self.program(of: inventory))
        } catch {
            add([CheckResult("configuration", file, .failure, error)])
        }
        add(Self.kernel())
        add(DiversionCheck.findings(read))
    }

    private mutating func add(_ more: [CheckResult]) {
        findings += more
    }
}

extension Check {
    private static func configuration(of inventory: Inventory, _ file: String) -> [CheckResult] {
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

    private static func pins(of inventory: Inventory) -> [CheckResult] {
        inventory.configuration.firmware.compactMap(\.volume).map { volume in
            do throws(LaunchFailure) {
                let request = try inventory.request(for: volume)
                let facts = try requireStartable(request)
                let proofs = facts.proofs.map(\.rawValue).joined(separator: ", ")
                return CheckResult(
                    "firmware",
                    volume.description,
                    .ok,
                    "\(facts.byteCount) bytes, read-only by \(proofs)",
                )
            } catch {
                // A pin that nobody needs may wait for its image.
                let root = inventory.root(of: volume)
                return CheckResult("firmware", volume.description, .failure, error, at: root)
            }
        }
    }

    private static func program(of inventory: Inventory) -> [CheckResult] {
        let candidates = QEMUProgram.candidates(
            configured: inventory.configuration.qemu?.value,
            calledAs: "/usr/bin/kvm",
        )
        do throws(LaunchFailure) {
            return [
                CheckResult(
                    "qemu",
                    try Executable(firstOf: candidates).path.string,
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
        return inventory.cluster.nodes.map { $0.name == inventory.node ? own($0) : other($0) }
    }

    private static func other(_ node: ClusterFiles.Node) -> CheckResult {
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
    /// Each storage that firmware is needed from, and each other that has some.
    static func storages(of inventory: Inventory, used: Set<FirmwareVolumeID>) -> [CheckResult] {
        let pinned = inventory.configuration.firmware.compactMap(\.volume)
        let needed = Set((pinned + used).map(\.id.storage))
        return inventory.storages.survey().storages.compactMap { storage in
            guard needed.contains(storage.id) else { return nil }
            return finding(storage, inventory)
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
            return finding(.warning, "not for this node (\(storage.origin))")
        }
        do throws(HostError) {
            let mountPoint = storage.mountPoint ?? (storage.type.isMountedByDefault ? path : nil)
            if let mountPoint, try MountPoint.isMounted(mountPoint) != true {
                return finding(
                    .failure,
                    "not mounted at \(mountPoint)",
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

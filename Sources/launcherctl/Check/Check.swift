import Host
import Planning
import SystemPackage

/// Everything that `check` looks at, in the order of a launch.
struct Check {
    private(set) var findings: [Finding] = []

    /// - Parameter path: of launcher.conf; `nil` for the default.
    init(_ path: FilePath?) {
        let file = (path ?? LauncherConfiguration.defaultFile).string
        var read: Store?
        do throws(LaunchFailure) {
            let store = try Store(path)
            read = store
            let uses = try store.uses()
            add(Self.configuration(of: store, file))
            let used = Set(uses.all.map(\.volume))
            add(Self.storages(of: store, used: used))
            add(Self.pins(of: store))
            add(GuestCheck(store).findings)
            add(try RulesetCheck(store).findings)
            add(Self.cluster(of: store, needing: uses))
            add(Self.program(of: store))
        } catch {
            add([Finding("configuration", file, .failure, error)])
        }
        add(Self.kernel())
        add(DiversionCheck.findings(read))
    }

    private mutating func add(_ more: [Finding]) {
        findings += more
    }
}

extension Check {
    private static func configuration(of store: Store, _ file: String) -> [Finding] {
        let pins = store.configuration.firmware.count
        let warnings = store.storages.survey().warnings
        let own = Finding(
            "configuration",
            file,
            .ok,
            "\(pins) \(pins == 1 ? "image is" : "images are") pinned",
        )
        return [own] + warnings.map { Finding("configuration", $0.file, .warning, $0.message) }
            + store.cluster.failures.map { Finding("configuration", "VMs", .warning, $0) }
    }

    private static func pins(of store: Store) -> [Finding] {
        store.configuration.firmware.compactMap(\.volume).map { volume in
            do throws(LaunchFailure) {
                let request = try store.request(for: volume)
                let facts = try requireStartable(request)
                let proofs = facts.proofs.map(\.rawValue).joined(separator: ", ")
                return Finding(
                    "firmware",
                    volume.description,
                    .ok,
                    "\(facts.byteCount) bytes, read-only by \(proofs)",
                )
            } catch {
                // A pin that nobody needs may wait for its image.
                let root = store.root(of: volume)
                return Finding("firmware", volume.description, .failure, error, at: root)
            }
        }
    }

    private static func program(of store: Store) -> [Finding] {
        let candidates = QEMUProgram.candidates(
            configured: store.configuration.qemu?.value,
            calledAs: "/usr/bin/kvm",
        )
        do throws(LaunchFailure) {
            return [
                Finding("qemu", try Executable(firstOf: candidates).path.string, .ok, "is there")
            ]
        } catch {
            return [Finding("qemu", candidates.first?.string ?? "", .failure, error)]
        }
    }

    private static func kernel() -> [Finding] {
        var findings = KernelSupport.missing().map { Finding("kernel", "files", .failure, $0) }
        if findings.isEmpty {
            findings.append(Finding("kernel", "files", .ok, "openat2 and sealed memory files"))
        }
        let filters: Finding =
            switch KernelSupport.filters() {
            case .none:
                Finding(
                    "kernel",
                    "seccomp",
                    .failure,
                    "no system call filters",
                    hint: "a kernel with CONFIG_SECCOMP_FILTER is needed, or 'seccomp off'",
                )
            case .basic:
                Finding(
                    "kernel",
                    "seccomp",
                    .warning,
                    "filters, but no user notification",
                    hint: "Linux 5.0 or newer is needed to allow exactly one exec",
                )
            case .notification: Finding("kernel", "seccomp", .ok, "filters and user notification")
            }
        return findings + [filters]
    }
}

extension Check {
    /// The nodes, on which a VM may be started next: by migration, or after a failure. Their
    /// packages have written down in /etc/pve which launcher they have.
    static func cluster(of store: Store, needing uses: FirmwareUses) -> [Finding] {
        guard !uses.all.isEmpty else { return [] }
        return store.cluster.nodes.map { $0.name == store.node ? own($0) : other($0) }
    }

    private static func other(_ node: ClusterFiles.Node) -> Finding {
        switch node.version {
        case Version.current?: Finding("node", node.name, .ok, "has the same launcher")
        case let version?:
            Finding(
                "node",
                node.name,
                .warning,
                "has another launcher (expected \(Version.current), found \(version))",
                hint: "install the same version on every node; an older one may not know what the"
                    + " configuration says, and refuses to start VMs then",
            )
        case nil:
            Finding(
                "node",
                node.name,
                .warning,
                "has no launcher: VMs with firmware of their own do not start there",
                hint: "install the package there, and 'launcherctl divert enable'",
            )
        }
    }

    /// What this node has told the others, which cannot ask it.
    private static func own(_ node: ClusterFiles.Node) -> Finding {
        guard node.version != Version.current else {
            return Finding("node", node.name, .ok, "this one; the others know its launcher")
        }
        return Finding(
            "node",
            node.name,
            .warning,
            "this one, but the others are told of another launcher (expected \(Version.current),"
                + " found \(node.version ?? "none"))",
            hint: "launcherctl --version >/etc/pve/local/qemu-launcher.version",
        )
    }
}

extension Check {
    /// Each storage that firmware is needed from, and each other that has some.
    static func storages(of store: Store, used: Set<FirmwareVolume>) -> [Finding] {
        let pinned = store.configuration.firmware.compactMap(\.volume)
        let needed = Set((pinned + used).map(\.id.storage))
        return store.storages.survey().storages.compactMap { storage in
            guard needed.contains(storage.id) else { return nil }
            return finding(storage, store)
        }
    }

    private static func finding(_ storage: Storage, _ store: Store) -> Finding {
        let name = storage.id.text
        func finding(_ state: Finding.State, _ message: String, hint: String? = nil) -> Finding {
            Finding("storage", name, state, message, hint: hint)
        }
        guard let path = storage.path else {
            return finding(.failure, "\(storage.type) storage keeps no files")
        }
        guard !storage.isDisabled else { return finding(.failure, "disabled (\(storage.origin))") }
        if let nodes = storage.nodes, !nodes.contains(store.node) {
            return finding(.warning, "not for this node (\(storage.origin))")
        }
        do throws(HostError) {
            let mountPoint = storage.mountPoint ?? (storage.isNetworkMount ? path : nil)
            if let mountPoint, try MountPoint.isMounted(mountPoint) != true {
                return finding(
                    .failure,
                    "not mounted at \(mountPoint)",
                    hint: "'pvesm status' mounts Proxmox's storages; at boot, a VM may be earlier",
                )
            }
            guard try MountPoint.isMounted(path) != nil else {
                return finding(.failure, "\(path) is missing")
            }
        } catch {
            return Finding("storage", name, .failure, error)
        }
        return finding(.ok, "\(path)")
    }
}

extension Storage {
    /// Proxmox mounts them, and nothing may be kept in their directory before that.
    fileprivate var isNetworkMount: Bool {
        switch type {
        case .nfs, .cifs, .cephfs: true
        default: false
        }
    }
}

import Host
import Planning

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

import Host
import Planning

extension Check {
    /// Other nodes, on which a VM may be started next: by migration, or after a failure. Their
    /// packages have written down in /etc/pve which launcher they have.
    static func cluster(of store: Store, needing uses: FirmwareUses) -> [Finding] {
        let others = store.cluster.nodes.filter { $0.name != store.node }
        guard !uses.all.isEmpty else { return [] }
        return others.map { node in
            switch node.version {
            case Version.current?: Finding("node", node.name, .ok, "has the same launcher")
            case let version?:
                Finding(
                    "node",
                    node.name,
                    .warning,
                    "has another launcher (expected \(Version.current), found \(version))",
                    hint: "install the same version on every node; an older one may not know what "
                        + "the configuration says, and refuses to start VMs then",
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
    }
}

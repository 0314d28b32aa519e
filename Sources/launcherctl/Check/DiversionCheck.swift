import Host
import Planning
import SystemPackage

/// Whether Proxmox starts its VMs through the launcher, and whether one of them needs it.
enum DiversionCheck {
    /// - Parameter inventory: `nil` if the configuration cannot be read, which is a failure already.
    static func findings(_ inventory: Inventory?) -> [CheckResult] {
        let diversion = Diversion()
        do throws(LaunchFailure) {
            switch try diversion.state() {
            case .enabled: return [finding(.ok, "VMs start through the launcher")]
            case .noDpkg: return [finding(.ok, "no dpkg on this host")]
            case .incomplete(let reason):
                let hint = "'launcherctl divert enable' or 'disable' completes it"
                return [finding(.failure, reason, hint: hint)]
            case .disabled:
                if let failure = failure("not enabled", inventory) { return [failure] }
                return [finding(.ok, "not enabled: Proxmox starts QEMU without the launcher")]
            case .foreign(let package):
                let message = "diverted by \(quoted(package)), not by the launcher"
                return [failure(message, inventory) ?? finding(.warning, message)]
            }
        } catch {
            return [CheckResult("diversion", Diversion.path.string, .warning, error)]
        }
    }

    /// That VMs of this node need what is not there. Only on a node of Proxmox: elsewhere, the
    /// program that starts VMs names the launcher itself.
    private static func failure(_ state: String, _ inventory: Inventory?) -> CheckResult? {
        guard let inventory, !inventory.cluster.nodes.isEmpty else { return nil }
        do throws(LaunchFailure) {
            let guests = try DependentGuests(inventory)
            guard !guests.changed.isEmpty || !guests.stopped.isEmpty else { return nil }
            let message = "\(state): \(guests.summary)"
            return finding(.failure, message, hint: "launcherctl divert enable")
        } catch {
            return CheckResult("diversion", Diversion.path.string, .failure, error)
        }
    }

    private static func finding(
        _ state: CheckResult.State,
        _ message: String,
        hint: String? = nil,
    ) -> CheckResult {
        CheckResult("diversion", Diversion.path.string, state, message, hint: hint)
    }
}

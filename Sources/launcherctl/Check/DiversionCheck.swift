import Planning
import SystemPackage

/// Whether Proxmox starts its VMs through the launcher.
enum DiversionCheck {
    static func findings() -> [Finding] {
        let diversion = Diversion()
        let subject = Diversion.path.string
        do throws(DiversionError) {
            switch try diversion.state() {
            case .enabled:
                return [Finding("diversion", subject, .ok, "VMs start through the launcher")]
            case .disabled:
                return [
                    Finding(
                        "diversion",
                        subject,
                        .ok,
                        "not enabled: Proxmox starts QEMU without the launcher",
                    )
                ]
            case .noDpkg: return [Finding("diversion", subject, .ok, "no dpkg on this host")]
            case .incomplete(let reason):
                let hint = "'launcherctl divert enable' or 'disable' completes it"
                return [Finding("diversion", subject, .failure, reason, hint: hint)]
            case .foreign(let package):
                let message = "diverted by \(quoted(package)), not by the launcher"
                return [Finding("diversion", subject, .warning, message)]
            }
        } catch {
            return [Finding("diversion", subject, .warning, error)]
        }
    }
}

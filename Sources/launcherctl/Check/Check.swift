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
        do throws(ExecutionError) {
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

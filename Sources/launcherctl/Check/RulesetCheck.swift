import FilterVerification
import Host
import Planning

/// Whether the filters that VMs get are what their rulesets say, in libseccomp's eyes.
///
/// The VMs are those of this node, each as it is started and as it arrives by a migration, and those
/// that only a `vm:` section names. With them the defaults, for a VM that asks for nothing and for one
/// that asks for every group: by hand anything may be started.
struct RulesetCheck {
    private(set) var findings: [CheckResult] = []
    private var verifier = RulesetVerifier()
    private var agreement = Agreement()
    private var guests: Set<String> = []
    /// Rulesets that were looked at already; most VMs have one in common.
    private var seen: Set<Subject> = []

    /// Sections that are equal.
    private var kinds: Set<Kind> = []

    fileprivate struct Kind: Hashable {
        let seccomp: SeccompMode
        let spawn: SpawnPolicy
        let groups: [SyscallGroup]
    }

    /// The part of a ruleset that is not the same for all VMs: a group has the same rows
    /// everywhere.
    private struct Subject: Hashable {
        let mode: SeccompMode
        let execution: Ruleset.Execution
        let groups: [String]

        init(_ ruleset: Ruleset, _ mode: SeccompMode) {
            self.mode = mode
            execution = ruleset.execution
            groups = ruleset.groups.map(\.group.name)
        }
    }

    init(_ inventory: Inventory) throws(LaunchFailure) {
        let configuration = inventory.configuration
        for located in inventory.cluster.guests where located.node == inventory.node {
            check(located.guest, configuration)
        }
        let sections = try failing { () throws(ConfigurationError) in
            try configuration.virtualMachines()
        }
        for section in sections { check(section, configuration) }
        let defaults = Kind(configuration, for: nil)
        check(["qemu-system-x86_64"], "defaults", defaults)
        verify(.everything, "every group", defaults.seccomp)
        summarize()
    }

    private mutating func check(
        _ guest: GuestConfiguration,
        _ configuration: LauncherConfiguration,
    ) {
        let name = "\(guest.vmid)"
        let section: VirtualMachineSection?
        do throws(ConfigurationError) {
            section = try configuration.virtualMachine(
                vmid: guest.vmid,
                name: nil,
                uuid: guest.current.uuid,
            )
        } catch {
            // It does not start, and the finding about the VM itself says so.
            return
        }
        guests.insert(name)
        for isIncoming in [false, true] {
            do throws(PerlShellWordsError) {
                check(
                    try guest.policyArguments(isIncoming: isIncoming),
                    name,
                    Kind(configuration, for: section),
                )
            } catch {
                findings.append(CheckResult("vm", name, .failure, error))
                return
            }
        }
    }

    /// A VM that is not one of this node's Proxmox: it may start programs or not.
    private mutating func check(
        _ section: VirtualMachineSection,
        _ configuration: LauncherConfiguration,
    ) {
        let name = section.subject.name
        guard guests.insert(name).inserted else { return }
        let kind = Kind(configuration, for: section)
        // There may be thousands, and no more than a few kinds of them.
        guard kinds.insert(kind).inserted else { return }
        check(["qemu-system-x86_64", "-daemonize"], name, kind)
        guard kind.spawn != .deny else { return }
        check(["qemu-system-x86_64", "-netdev", "tap,id=n"], name, kind)
    }

    private mutating func check(
        _ words: [ByteString],
        _ name: String,
        _ kind: Kind,
    ) {
        do throws(PolicyError) {
            let ruleset = try Ruleset.derived(
                from: QEMUCommandLine(words),
                spawn: kind.spawn,
                adding: kind.groups,
            )
            verify(ruleset, name, kind.seccomp)
        } catch {
            // The launcher would say the same, and start nothing.
            if !findings.contains(where: { $0.subject == name }) {
                findings.append(CheckResult("vm", name, .failure, error))
            }
        }
    }

    private mutating func verify(_ ruleset: Ruleset, _ name: String, _ mode: SeccompMode) {
        guard mode != .off, seen.insert(Subject(ruleset, mode)).inserted else { return }
        do throws(LaunchFailure) {
            agreement.add(try verifier.verify(ruleset, mode: mode))
        } catch {
            // What libseccomp cannot make says nothing about our filters.
            let state = error.cause is LibseccompError ? CheckResult.State.warning : .failure
            findings.append(CheckResult("filter", name, state, error))
        }
    }

    private mutating func summarize() {
        guard !findings.contains(where: { $0.area == "filter" }) else { return }
        guard !seen.isEmpty else {
            findings.append(CheckResult("filter", "rulesets", .ok, "seccomp is off everywhere"))
            return
        }
        let message =
            "libseccomp \(RulesetVerifier.libseccompVersion) agrees with those of "
            + "\(guests.count) VM\(guests.count == 1 ? "" : "s") and with the defaults, "
            + "\(seen.count) in all: \(agreement.summary)"
        findings.append(CheckResult("filter", "rulesets", .ok, message))
    }
}

extension RulesetCheck.Kind {
    fileprivate init(_ configuration: LauncherConfiguration, for section: VirtualMachineSection?) {
        seccomp = configuration.seccomp(for: section).value
        spawn = configuration.spawn(for: section).value
        groups = configuration.groups(for: section)
    }
}

extension Ruleset {
    /// Of a VM whose command line asks for everything there is.
    fileprivate static let everything = Ruleset(
        default: .refuse(.notImplemented, .recorded),
        execution: .unlimited,
        groups: SyscallGroup.all.map { SelectedGroup($0, because: .always) },
    )
}

extension VirtualMachineSection.Subject {
    /// As the section's header has it.
    fileprivate var name: String {
        switch self {
        case .vmid(let vmid): "\(vmid)"
        case .uuid(let uuid): "\(uuid)"
        case .name(let name): name.escaped
        }
    }
}

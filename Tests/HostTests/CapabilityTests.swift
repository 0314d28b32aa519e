import Glibc
import Host
import Planning
import SystemPackage
import Testing

/// What the next program has of the caller's capabilities.
@Suite(.enabled(if: geteuid() == 0, "only root has capabilities to give up"))
struct CapabilityTests {
    @Test func `every set has what is kept, and nothing else`() async throws {
        let status = await status(.drop, keeping: [.net_admin, .ipc_lock])
        for set in ["CapPrm", "CapEff", "CapBnd"] { #expect(status[set] == "0000000000005000") }
        for set in ["CapInh", "CapAmb"] { #expect(status[set] == "0000000000000000") }
    }

    @Test func `nothing may be kept`() async throws {
        let status = await status(.drop, keeping: [])
        for set in ["CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb"] {
            #expect(status[set] == "0000000000000000", "\(set)")
        }
    }

    @Test func `keep changes nothing`() async throws {
        let status = await status(.keep, keeping: [])
        #expect(status["CapEff"] != "0000000000000000")
        #expect(status["NoNewPrivs"] == "0")
    }

    @Test func `root that starts programs does without no_new_privs`() async throws {
        let status = await status(.drop, keeping: [], seccomp: .enforce, execution: .unlimited)
        #expect(status["CapEff"] == "0000000000000000")
        #expect(status["NoNewPrivs"] == "0")
        #expect(status["Seccomp"] == "2")
    }

    /// /proc/self/status of the program that the process becomes.
    private func status(
        _ mode: CapabilityMode,
        keeping kept: Set<Capability>,
        seccomp: SeccompMode = .off,
        execution: Ruleset.Execution = .once,
    ) async -> [String: String] {
        let numbers = kept.map { Int($0.rawValue) }
        let (isDropping, isFiltered) = (mode == .drop, seccomp == .enforce)
        let isUnlimited = execution == .unlimited
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            [
                numbers = numbers as [Int], isDropping = isDropping as Bool,
                isFiltered = isFiltered as Bool, isUnlimited = isUnlimited as Bool
            ] in
            let rules = numbers.compactMap { Capability(rawValue: UInt8($0)) }.map {
                CapabilityRule(row: .init($0, because: ""), group: "", cause: .always)
            }
            let plan = LaunchPlan.ConfinementPlan(
                mode: isFiltered ? .enforce : .off,
                ruleset: Ruleset(
                    default: .allow,
                    execution: isUnlimited ? .unlimited : .once,
                    groups: []
                ),
                files: .off,
                capabilities: CapabilityPlan(mode: isDropping ? .drop : .keep, rules: rules)
            )
            try Executable(firstOf: ["/bin/cat"]).execute(
                arguments: ["cat", "/proc/self/status"],
                environment: [],
                inheriting: nil,
                under: confine(plan, in: .none())
            )
        }
        let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        let pairs = text.split(separator: "\n").map { line in
            let words = line.split(separator: ":", maxSplits: 1)
            return (
                String(words[0]), words.last.map { $0.drop { $0 == "\t" } }.map(String.init) ?? ""
            )
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}

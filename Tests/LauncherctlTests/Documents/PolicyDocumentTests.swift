import Foundation
import Testing

@testable import Planning
@testable import launcherctl

struct PolicyDocumentTests {
    /// A plan in which every key has something to say.
    static func plan() -> LaunchPlan.ConfinementPlan {
        let rules: [SyscallRule] = [
            .allow(.read, when: .flags(1, with: 8, without: 4), because: "reads"),
            .allow(.prlimit64, when: .ownProcess(0), because: "its own"),
            .deny(.mlockall, because: "no memory"), .absent(.clone3, because: "falls back"),
            .kill(.kexec_load, because: "nobody's"),
        ]
        func group(_ name: String, _ rules: [SyscallRule] = []) -> SyscallGroup {
            SyscallGroup(name, purpose: "for \(name)", rules: rules)
        }
        let groups = [
            SelectedGroup(group("a", rules), because: .always),
            SelectedGroup(group("b"), because: .option(name: "drive", value: "x\u{1}")),
            SelectedGroup(group("c"), because: .option(name: "daemonize", value: nil)),
            SelectedGroup(group("d"), because: .section(place: "device \"d\"")),
            SelectedGroup(group("e"), because: .lacking(option: "display")),
            SelectedGroup(group("f"), because: .setting("spawn allow")),
        ]
        let row = FileRow("/d", [.readFile, .writeFile], folder: .makeFile, because: "a disk")
        let files = FileRuleset(
            rules: [FileRule(row, of: "storages", because: .setting("dir: d"))],
            scope: .signals,
        )
        let capability = CapabilityRule(
            row: CapabilityRow(.setuid, because: "becomes nobody"),
            group: "identity",
            cause: .option(name: "runas", value: "nobody"),
        )
        return LaunchPlan.ConfinementPlan(
            mode: .log,
            ruleset: Ruleset(
                default: .refuse(.notImplemented, .recorded),
                execution: .unlimited,
                groups: groups,
            ),
            files: FilePlan(
                mode: .enforce,
                ruleset: files,
                uncovered: [UncoveredFile(option: "-device x", path: "/u")],
            ),
            capabilities: CapabilityPlan(mode: .drop, rules: [capability]),
        )
    }

    @Test func `every key is there, and says what it is to say`() throws {
        try expect(
            PolicyDocument(Self.plan()),
            says: Self.heading.merging(Self.groups) { $1 }.merging(Self.rest) { $1 },
        )
    }

    private static let heading = [
        "mode": "log", "execution": "unlimited", "default.verdict": "refuse",
        "default.error": "ENOSYS", "default.recorded": "true",
    ]

    private static let groups = [
        "groups[0].name": "a", "groups[0].purpose": "for a", "groups[0].cause.kind": "always",
        "groups[1].name": "b", "groups[1].purpose": "for b", "groups[1].rules": "[]",
        "groups[1].cause.kind": "option", "groups[1].cause.option": "drive",
        "groups[1].cause.value": #"x\x01"#,
        "groups[2].name": "c", "groups[2].purpose": "for c", "groups[2].rules": "[]",
        "groups[2].cause.kind": "option", "groups[2].cause.option": "daemonize",
        "groups[3].name": "d", "groups[3].purpose": "for d", "groups[3].rules": "[]",
        "groups[3].cause.kind": "section", "groups[3].cause.place": #"device "d""#,
        "groups[4].name": "e", "groups[4].purpose": "for e", "groups[4].rules": "[]",
        "groups[4].cause.kind": "lacking", "groups[4].cause.option": "display",
        "groups[5].name": "f", "groups[5].purpose": "for f", "groups[5].rules": "[]",
        "groups[5].cause.kind": "setting", "groups[5].cause.setting": "spawn allow",
    ].merging(rules(of: "groups[0]")) { $1 }

    /// `plan --json` has the same rows.
    static func rules(of group: String) -> [String: String] {
        let rows = [
            "rules[0].syscall": "read", "rules[0].number": "0", "rules[0].verdict": "allow",
            "rules[0].reason": "reads", "rules[0].checks[0].argument": "1",
            "rules[0].checks[0].mask": "0xc", "rules[0].checks[0].value": "0x8",
            "rules[1].syscall": "prlimit64", "rules[1].number": "302",
            "rules[1].verdict": "allow", "rules[1].reason": "its own",
            "rules[1].checks[0].argument": "0", "rules[1].checks[0].mask": "0xffffffff",
            "rules[1].checks[0].value": "0x400000", "rules[1].checks[0].means": "own process",
            "rules[2].syscall": "mlockall", "rules[2].number": "151",
            "rules[2].verdict": "refuse", "rules[2].error": "EPERM",
            "rules[2].recorded": "true", "rules[2].checks": "[]",
            "rules[2].reason": "no memory",
            "rules[3].syscall": "clone3", "rules[3].number": "435",
            "rules[3].verdict": "refuse", "rules[3].error": "ENOSYS",
            "rules[3].recorded": "false", "rules[3].checks": "[]",
            "rules[3].reason": "falls back",
            "rules[4].syscall": "kexec_load", "rules[4].number": "246",
            "rules[4].verdict": "kill", "rules[4].checks": "[]",
            "rules[4].reason": "nobody's",
        ]
        return Dictionary(uniqueKeysWithValues: rows.map { ("\(group).\($0)", $1) })
    }

    private static let rest = [
        "landlock.mode": "enforce", "landlock.scope[0]": "signals",
        "landlock.rules[0].path": "/d", "landlock.rules[0].access[0]": "write_file",
        "landlock.rules[0].access[1]": "read_file",
        "landlock.rules[0].folderAccess[0]": "make_reg",
        "landlock.rules[0].group": "storages", "landlock.rules[0].cause.kind": "setting",
        "landlock.rules[0].cause.setting": "dir: d", "landlock.rules[0].reason": "a disk",
        "landlock.uncovered[0].option": "-device x", "landlock.uncovered[0].path": "/u",
        "capabilities.mode": "drop", "capabilities.kept[0].capability": "setuid",
        "capabilities.kept[0].group": "identity", "capabilities.kept[0].cause.kind": "option",
        "capabilities.kept[0].cause.option": "runas",
        "capabilities.kept[0].cause.value": "nobody",
        "capabilities.kept[0].reason": "becomes nobody",
    ]

    @Test func `what nobody looked at is left out`() throws {
        let plan = LaunchPlan.ConfinementPlan(
            mode: .off,
            ruleset: Ruleset(default: .allow, execution: .once, groups: []),
            files: .off,
            capabilities: .keep,
        )
        try expect(
            PolicyDocument(plan),
            says: [
                "mode": "off", "execution": "once", "default.verdict": "allow", "groups": "[]",
            ],
        )
    }

    @Test func `the rows of a command line are those of its ruleset`() throws {
        let value: ByteString = "if=none,aio=io_uring,file=/a\"b\\c\u{1}\n.qcow2"
        let ruleset = try Ruleset.derived(
            from: QEMUCommandLine(["kvm", "-drive", value, "-daemonize"]),
            spawn: .auto,
        )
        let plan = LaunchPlan.ConfinementPlan(
            mode: .enforce,
            ruleset: ruleset,
            files: .off,
            capabilities: .keep,
        )
        let data = Data(try jsonText(PolicyDocument(plan)).utf8)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["mode"] as? String == "enforce")
        #expect(json["execution"] as? String == "once")
        let groups = try #require(json["groups"] as? [[String: Any]])
        #expect(groups.map { $0["name"] as? String } == ruleset.groups.map(\.group.name))
        let rules = groups.compactMap { $0["rules"] as? [[String: Any]] }.flatMap(\.self)
        #expect(rules.count == ruleset.rules.count)
        for (rule, row) in zip(ruleset.rules, rules) {
            #expect(row["syscall"] as? String == rule.syscall.name)
            #expect(row["number"] as? Int == Int(rule.syscall.rawValue))
            #expect(row["reason"] as? String == rule.reason)
            #expect((row["checks"] as? [Any])?.count == rule.checks.count)
        }
        let ring = try #require(groups.first { $0["name"] as? String == "io-uring" })
        let cause = try #require(ring["cause"] as? [String: String])
        #expect(cause["kind"] == "option" && cause["option"] == "drive")
    }
}

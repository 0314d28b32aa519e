import Foundation
import Planning
import TestSupport
import Testing

/// `launcherctl plan` shows the launcher's own decision. Both are given the same call, and what
/// the plan says is held against what the stand-in for QEMU got. (That they refuse alike is tested
/// with every refusal.)
@Suite(.launching, .needsProducts, .needsFirmware)
struct PlanTests {
    /// What `launcherctl plan --json` prints, as far as these tests read it.
    struct Plan: Decodable {
        struct Firmware: Decodable {
            let name: String
            let chosenBy: String
            let digests: [String]
            let pinnedBy: [String]
            let byteCount: Int
            let readOnly: [String]
            let guest: String
            let attachment: String
            let launchDigests: [LaunchDigest]?
        }

        struct LaunchDigest: Decodable, Equatable {
            let variant: String?
            let digest: String
        }

        let firmware: Firmware?
        let programs: [String]
        let arguments: [String]
        let removedVariables: [String]
        let seccomp: String
        let warnings: [String]
    }

    private static let code: ByteString =
        "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/OVMF_CODE.fd"

    private static let commandLines: [[ByteString]] = [
        ["-id", "100", "-name", "t", "-drive", code],
        ["-id", "100", "-name", "t", "-bios", "/nowhere/OVMF.fd", "", "disk", "-unknown"],
        ["-version"],
        StagedHost.firmware + ["-version"],
        StagedHost.firmware,
        StagedHost.firmware + ["-bios", "/nowhere/OVMF.fd", "-m", "512"],
        StagedHost.firmware + ["-id", "100", "-drive", code, "-incoming", "unix:/nowhere"],
        StagedHost.firmware + ["-append", "fd=10 11,12", "-name", "it's \"quoted\""],
        StagedHost.firmware + [
            "-blockdev", #"{"driver":"file","filename":"/nowhere/CODE.fd","node-name":"file"}"#,
            "-blockdev", "driver=raw,file=file,node-name=code,read-only=on",
            "-machine", "q35,pflash0=code",
        ],
        StagedHost.firmware + [
            "-efidisk0", "test:100/vm-100-disk-0.raw,efitype=4m,size=528K",
        ],
        StagedHost.firmware + [
            "-object", "sev-guest,id=sev,policy=1", "-machine", "q35,memory-encryption=sev",
        ],
    ]

    @Test(arguments: commandLines)
    func `the plan is what the launcher does, word for word`(
        words: [ByteString]
    ) async throws {
        // In one file with its variable store, so that it fits -bios too.
        let store = try StagedHost(image: Machine.unifiedImage)
        let planned = try await run(store.plan(words))
        #expect(planned.end == .status(0), "\(planned.errors)")
        #expect(planned.errors.isEmpty)
        #expect(try store.report() == nil)
        let plan = try JSONDecoder().decode(Plan.self, from: Data(planned.output.utf8))

        let launched = try await run(store.launcher(words))
        #expect(launched.end == .status(0), "\(launched.errors)")
        let report = try #require(try store.report())
        #expect(plan.arguments == report.arguments.map { $0.text ?? $0.escaped })
        #expect(plan.programs == [store.program])
        #expect(
            launched.complaints.filter { !$0.hasPrefix("qemu-launcher: hint: ") }
                == plan.warnings.map { warning in
                    "qemu-launcher: warning: \(Self.label(words))\(warning)"
                }
        )
    }

    /// How a message names the VM of a command line.
    private static func label(_ words: [ByteString]) -> String {
        MachineIdentity(QEMUCommandLine(["kvm"] + words)).label.map { "\($0): " } ?? ""
    }

    @Test func `the plan tells which image it is, why, and what proves it`() async throws {
        let store = try StagedHost()
        var request = store.plan(StagedHost.firmware)
        request.environment.append("QEMU_MODULE_DIR=/nowhere")
        let outcome = try await run(request)
        let plan = try JSONDecoder().decode(Plan.self, from: Data(outcome.output.utf8))
        let firmware = try #require(plan.firmware)
        #expect(firmware.name == StagedHost.volume)
        #expect(firmware.chosenBy == "option -efi-firmware")
        #expect(firmware.digests == ["sha256:\(try store.digest())"])
        #expect(firmware.pinnedBy == ["\(store.configuration) line \(try store.line(of: "sha"))"])
        #expect(firmware.byteCount == (try read(store.image).count))
        #expect(firmware.readOnly == ["mode"])
        #expect(firmware.guest == "normal")
        #expect(firmware.attachment == "pflash-drive")
        #expect(plan.removedVariables == (Machine.isRoot ? ["QEMU_MODULE_DIR"] : []))
        #expect(plan.seccomp == "enforce")
    }

    @Test(arguments: [
        (["sev-snp-guest,id=s", "sev-snp"], nil), (["sev-guest,id=s,policy=1", "sev"], nil),
        (["sev-guest,id=s,policy=5,legacy-vm-type=on", "sev-es"], "legacy"),
        (["sev-guest,id=s,policy=5,legacy-vm-type=off", "sev-es"], "init2"),
    ])
    func `the plan of a confidential guest has the digest that measure foretells`(
        guest: [String],
        variant: String?,
    ) async throws {
        let store = try StagedHost(image: Machine.unifiedImage)
        let words: [ByteString] = [
            "-object", ByteString(guest[0]), "-machine", "q35,confidential-guest-support=s",
            "-cpu", "EPYC-Milan", "-smp", "2",
        ]
        let planned = try await run(store.plan(StagedHost.firmware + words))
        #expect(planned.end == .status(0), "\(planned.errors)")
        let plan = try JSONDecoder().decode(Plan.self, from: Data(planned.output.utf8))
        let image = ByteString(Machine.unifiedImage)
        // Plain SEV measures no CPUs, and such options would be errors.
        let processors: [ByteString] =
            guest[1] == "sev" ? [] : ["--vcpus", "2", "--cpu", "EPYC-Milan"]
        let measured = try await run(
            Child.Request(
                program: Products.launcherctl,
                arguments: [
                    "launcherctl", "measure", ByteString(guest[1]), image, "--hex",
                ] + processors + (variant.map { ["--variant", ByteString($0)] } ?? []),
            )
        )
        let hex = measured.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let algorithm = guest[1] == "sev-snp" ? "sha384" : "sha256"
        #expect(
            plan.firmware?.launchDigests == [
                Plan.LaunchDigest(variant: variant, digest: "\(algorithm):\(hex)")
            ]
        )
    }

    @Test func `the plan for people ends with the command line, an option a line`() async throws {
        let store = try StagedHost()
        let words: [ByteString] = StagedHost.firmware + ["-name", "it's", "-S"]
        let outcome = try await run(store.plan(words, json: false))
        #expect(outcome.end == .status(0))
        let lines = outcome.output.split(separator: "\n").suffix(6).map(String.init)
        let image = try #require(lines.first { $0.contains("/proc/self/fd/") })
        #expect(
            lines == [
                "command line", "  /usr/bin/kvm", "  -no-user-config", image,
                #"  -name 'it'\''s'"#, "  -S",
            ]
        )
    }

    @Test func `--config is the launcher's own option, unless the command line has another`()
        async throws
    {
        let store = try StagedHost()
        func plan(_ config: String, _ words: [ByteString] = []) async throws -> Outcome {
            var request = Child.Request(
                program: Products.launcherctl,
                arguments: ["launcherctl", "plan", "--config", ByteString(config), "--"],
            )
            request.arguments += words + StagedHost.firmware + ["-m", "1"]
            request.directory = store.path
            return try await run(request)
        }
        let stated: [ByteString] = ["-launcher-config", ByteString(store.configuration)]
        // Also from the working directory.
        for outcome in [
            try await plan(store.configuration), try await plan("launcher.conf"),
            try await plan("launcher.conf", stated),
        ] {
            #expect(outcome.end == .status(0), "\(outcome.errors)")
            #expect(outcome.output.contains(StagedHost.volume))
            #expect(!outcome.output.contains("-launcher-config"))
        }
        let outcome = try await plan("other.conf", stated)
        #expect(outcome.end == .status(64))
        #expect(
            outcome.complaints == [
                "launcherctl: error: --config '\(store.path)/other.conf' and '-launcher-config"
                    + " \(store.configuration)' name different files",
                "launcherctl: hint: leave one of the two out",
            ]
        )
    }

    @Test func `without a command line the plan says how it is called`() async throws {
        let request = Child.Request(
            program: Products.launcherctl,
            arguments: ["launcherctl", "plan"]
        )
        let outcome = try await run(request)
        #expect(outcome.end == .status(64))
        #expect(
            outcome.complaints == [
                "launcherctl: error: no command line; give --vmid, or QEMU's after '--'",
                "launcherctl: hint: 'launcherctl plan --help' shows how it is called",
            ]
        )
        #expect(outcome.output.isEmpty)
    }
}

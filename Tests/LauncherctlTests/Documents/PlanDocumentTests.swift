import Host
import SystemPackage
import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

struct PlanDocumentTests {
    private static let digest = Digest(.sha256, bytes: filler(32, of: 0xAB))

    /// A plan in which every key has something to say.
    ///
    /// - Parameter forecast: of the guest's launch digest.
    static func report(_ forecast: LaunchForecast) throws -> PlanReport {
        let pin = ImageRequest.Pin(digest: digest, origin: "launcher.conf line 4")
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/a.fd")
        let choice = FirmwareChoice(
            image: .volume(volume),
            pins: [pin],
            build: nil,
            signer: StatedSigner(signer: .key("0123456789ABCDEF"), origin: "line 6"),
            guests: nil,
            accepted: [],
            origin: "option -efi-firmware",
        )
        let firmware = LaunchPlan.FirmwarePlan(
            choice: choice,
            image: ImageRequest(
                name: choice.name,
                root: "/var/lib/vz",
                directories: ["efi-firmware"],
                fileName: "a.fd",
                pins: [pin],
                build: FirmwareBuild([.withoutSMM]).map { .init($0, origin: "line 5") },
                configuration: "launcher.conf",
                rules: .volume(accepting: [.mode]),
            ),
            guest: .sevES,
            attachment: .bios,
            context: JudgementContext(
                guest: .sevES,
                attachment: .bios,
                store: .init(byteCount: nil)
            ),
            variableStore: nil,
        )
        let plan = LaunchPlan(
            identity: MachineIdentity(vmID: "100", name: "a\nb", uuid: "u-1"),
            firmware: firmware,
            commandLine: QEMUCommandLine(["kvm", "-m", "512\u{1}"]),
            environment: [],
            removedVariables: ["LD_PRELOAD"],
            programs: ["/usr/bin/kvm.distrib", "/usr/bin/qemu-system-x86_64"],
            confinement: PolicyDocumentTests.plan(),
            warnings: [],
            isRecorded: true,
        )
        return PlanReport(
            plan: plan,
            facts: SealedFacts(byteCount: 7, digests: [digest], proofs: [.mode, .verity]),
            warnings: [.files(.unavailable("no Landlock"))],
            forecast: forecast,
        )
    }

    private static let rows = [
        "vmid": "100", "name": #"a\nb"#, "uuid": "u-1",
        "firmware.name": "local:efi-firmware/a.fd",
        "firmware.chosenBy": "option -efi-firmware",
        "firmware.digests[0]": digest.description,
        "firmware.pinnedBy[0]": "launcher.conf line 4", "firmware.byteCount": "7",
        "firmware.build": "no-smm", "firmware.signedBy": "key:0123456789ABCDEF",
        "firmware.readOnly[0]": "mode", "firmware.readOnly[1]": "verity",
        "firmware.guest": "sev-es", "firmware.attachment": "bios",
        "programs[0]": "/usr/bin/kvm.distrib", "programs[1]": "/usr/bin/qemu-system-x86_64",
        "arguments[0]": "kvm", "arguments[1]": "-m", "arguments[2]": "512\u{1}",
        "removedVariables[0]": "LD_PRELOAD", "seccomp": "log", "landlock": "enforce",
        "capabilities": "drop",
        "warnings[0]": LaunchWarning.files(.unavailable("no Landlock")).message,
        "groups[0].name": "a", "groups[0].cause": "always", "groups[0].purpose": "for a",
        "groups[1].name": "b", "groups[1].cause": #"-drive x\x01"#,
        "groups[1].purpose": "for b", "groups[1].rules": "[]",
        "groups[2].name": "c", "groups[2].cause": "-daemonize", "groups[2].purpose": "for c",
        "groups[2].rules": "[]",
        "groups[3].name": "d", "groups[3].cause": #"device "d""#,
        "groups[3].purpose": "for d", "groups[3].rules": "[]",
        "groups[4].name": "e", "groups[4].cause": "no -display",
        "groups[4].purpose": "for e", "groups[4].rules": "[]",
        "groups[5].name": "f", "groups[5].cause": "spawn allow",
        "groups[5].purpose": "for f", "groups[5].rules": "[]",
    ].merging(PolicyDocumentTests.rules(of: "groups[0]")) { $1 }

    @Test func `every key is there, and says what it is to say`() throws {
        let report = try Self.report(
            .digests([
                ExpectedDigest(variant: .legacy, digest: Self.digest),
                ExpectedDigest(variant: nil, digest: Self.digest),
            ])
        )
        let digests = [
            "firmware.launchDigests[0].variant": "legacy",
            "firmware.launchDigests[0].digest": Self.digest.description,
            "firmware.launchDigests[1].digest": Self.digest.description,
        ]
        try expect(report.document, says: Self.rows.merging(digests) { $1 })
    }

    @Test func `why a launch digest is not known is said in its place`() throws {
        let gap = [
            "firmware.launchDigests": "[]",
            "firmware.launchDigestGap": MeasurementGap.noFirmware.message,
        ]
        let report = try Self.report(.gap(.noFirmware))
        try expect(report.document, says: Self.rows.merging(gap) { $1 })
    }
}

import SystemPackage
import TestSupport
import Testing

@testable import Planning

struct PlannerTests {
    private static let drive: [ByteString] = [
        "-id", "100", "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/x/OVMF_CODE.fd",
    ]
    private static let asked: [ByteString] = ["-efi-firmware", "demo:efi-firmware/ovmf.fd"]

    @Test func `without custom firmware nothing changes at all`() throws {
        let environment: [ByteString] = ["LD_PRELOAD=/x.so", "QEMU_MODULE_DIR=/y", "A=1"]
        let words = Self.drive + [ByteString([0xFF, 0xFE]), ""]
        let launch = try PlannedLaunch(words, environment: environment)
        #expect(launch.plan.arguments == ["/usr/bin/kvm"] + words)
        #expect(launch.plan.environment == environment)
        #expect(launch.plan.firmware == nil)
        #expect(launch.plan.warnings.isEmpty)
    }

    @Test func `with it, the image takes the code image's place and the option goes`() throws {
        let launch = try PlannedLaunch(Self.drive + Self.asked)
        #expect(
            launch.plan.arguments == [
                "/usr/bin/kvm", "-no-user-config", "-id", "100", "-drive",
                "if=pflash,unit=0,format=raw,readonly=on,snapshot=off,file=/proc/self/fd/11",
            ]
        )
        let firmware = try #require(launch.plan.firmware)
        #expect(firmware.guest == .normal)
        #expect(firmware.attachment == .pflashDrive)
        #expect(firmware.image.root == "/srv/firmware")
        #expect(firmware.image.directories == ["template/efi-firmware", "efi-firmware"])
        #expect(firmware.image.fileName == "ovmf.fd")
        #expect(firmware.image.pins.map(\.origin) == ["launcher.conf line 5"])
        #expect(launch.plan.isRecorded)
    }

    @Test(arguments: ["passt,id=n", #"{"type":"passt","id":"n"}"#] as [ByteString])
    func `passt, which the filter would end, is refused only under it`(value: ByteString) throws {
        let words: [ByteString] = ["-netdev", value]
        #expect(throws: PolicyError.self) { try PlannedLaunch(words) }
        let failure = try #require(PlannedLaunch.refusal(words))
        #expect(failure.message.contains("QEMU would start passt, which confines itself"))
        #expect(failure.hint?.contains("-netdev stream") == true)
        for mode in ["log", "off"] {
            let configuration = "launcher: defaults\n\tseccomp \(mode)\n"
            let launch = try PlannedLaunch(words, configuration: configuration)
            #expect(launch.plan.confinement.ruleset.execution == .unlimited)
        }
    }

    @Test(arguments: [true, false])
    func `unknown variables go for root only`(isRoot: Bool) throws {
        let environment: [ByteString] = [
            "LD_PRELOAD=/x.so", "LD_AUDIT", "LANG=LD_", "ALSA_CONFIG_PATH=/y", "A=1",
        ]
        let launch = try PlannedLaunch(
            Self.drive + Self.asked,
            configuration: "launcher: defaults\n\tkeep-environment A\n\n"
                + PlannedLaunch.configuration,
            environment: environment,
            isRoot: isRoot
        )
        #expect(launch.plan.environment == (isRoot ? ["LANG=LD_", "A=1"] : environment))
        #expect(
            launch.plan.removedVariables
                == (isRoot ? ["LD_PRELOAD", "LD_AUDIT", "ALSA_CONFIG_PATH"] : [])
        )
    }

    @Test(
        arguments: [
            (["-incoming", "defer"], 1), (["-loadvm", "x"], 1), (["-loadstate", "/x"], 1),
            (["-icount", "shift=1,rr=replay,rrfile=x,rrsnapshot=s"], 1),
            (["-icount", "shift=1"], 0),
        ] as [([ByteString], Int)]
    )
    func `what brings firmware from elsewhere by design is said`(
        words: [ByteString],
        count: Int
    ) throws {
        let launch = try PlannedLaunch(Self.drive + Self.asked + words)
        #expect(launch.plan.warnings.count == count)
    }

    @Test(arguments: ["microvm", "isapc", "none", "xenpv", "type=microvm,pit=off", "newmachine"])
    func `a machine without flash is refused`(machine: String) {
        let words = Self.asked + ["-machine", ByteString(machine)]
        let refusal = PlannedLaunch.refusal(words)
        #expect(refusal?.exitStatus == .usage)
        #expect(refusal?.message.contains("machine type") == true)
    }

    @Test(arguments: ["/usr/bin/qemu-system-aarch64", "qemu-system-riscv64", "qemu-system-arm"])
    func `another architecture's QEMU is refused`(name: String) {
        let refusal = PlannedLaunch.refusal(Self.asked, called: ByteString(name))
        #expect(refusal?.exitStatus == .usage)
    }

    @Test func `a pin may be for some guests only`() {
        let text = PlannedLaunch.configuration + "\tguest sev-snp, tdx\n"
        let refusal = PlannedLaunch.refusal(Self.drive + Self.asked, configuration: text)
        #expect(refusal?.message.contains("not for normal guests (expected SEV-SNP, TDX)") == true)
        #expect(refusal?.exitStatus == .configuration)
    }

    @Test func `every other way in is refused by name`() {
        let refusal = PlannedLaunch.refusal(Self.drive + Self.asked + ["-s"])
        #expect(refusal?.message.hasPrefix("'-s' can change what the guest runs: ") == true)
        var audit = CommandLineAudit.Context()
        audit.allowsDebugging = true
        let allowed = PlannedLaunch.refusal(Self.drive + Self.asked + ["-s"], audit: audit)
        #expect(allowed == nil)
    }

    @Test func `an EFI disk by hand becomes the variable store, with its template's size`() throws {
        let words = Self.asked + ["-efidisk0", "/srv/vars.fd,efitype=4m"]
        let launch = try PlannedLaunch(words, called: "qemu-system-x86_64")
        let value: ByteString =
            "if=pflash,unit=1,id=drive-efidisk0,format=raw,file=/srv/vars.fd,size=540672"
        #expect(launch.plan.arguments.contains(value))
    }

    @Test func `an EFI disk without firmware that would use it is refused`() {
        let refusal = PlannedLaunch.refusal(["-efidisk0", "/srv/vars.fd"])
        #expect(refusal?.exitStatus == .usage)
    }
}

struct QEMUProgramTests {
    @Test(arguments: [
        ("/usr/bin/kvm", ["/usr/lib/qemu-launcher/kvm", "/usr/bin/qemu-system-x86_64"]),
        ("kvm", ["/usr/lib/qemu-launcher/kvm", "/usr/bin/qemu-system-x86_64"]),
        ("/usr/bin/qemu-system-x86_64", ["/usr/bin/qemu-system-x86_64"]),
        ("/opt/qemu-system-aarch64", ["/usr/bin/qemu-system-aarch64"]),
        ("qemu-system-../../bin/sh", ["/usr/bin/qemu-system-x86_64"]),
        ("qemu-system-", ["/usr/bin/qemu-system-x86_64"]),
        ("qemu-launcher", ["/usr/bin/qemu-system-x86_64"]),
        ("", ["/usr/bin/qemu-system-x86_64"]),
    ])
    func `the caller's name decides which QEMU is meant`(name: String, paths: [String]) {
        let found = QEMUProgram.candidates(configured: nil, calledAs: ByteString(name))
        #expect(found.map(\.string) == paths)
    }

    @Test func `a configured program is the only one`() {
        #expect(QEMUProgram.candidates(configured: "/opt/qemu", calledAs: "kvm") == ["/opt/qemu"])
    }
}

struct LaunchRecordTests {
    @Test func `a record names the VM, the image, its proof and its policy in one line`() throws {
        let words: [ByteString] = [
            "-id", "100", "-drive", "if=pflash,unit=0,file=/x", "-efi-firmware",
            "demo:efi-firmware/ovmf.fd",
        ]
        let launch = try PlannedLaunch(words, environment: ["LD_AUDIT=/x"])
        let digest = try Digest(.sha256, hex: PlannedLaunch.digest)
        let facts = SealedFacts(byteCount: 4096, digests: [digest], proofs: [.mode, .mount])
        #expect(
            LaunchRecord(launch.plan, sealed: facts).text
                == "launch vm 100 firmware='demo:efi-firmware/ovmf.fd' digest=\(digest)"
                + " bytes=4096 read-only=mode,mount guest=normal attachment=pflash-drive"
                + " chosen-by='option -efi-firmware' seccomp=enforce groups=\(groups(launch))"
                + " removed-variables=LD_AUDIT"
        )
    }

    @Test func `a record of a confidential guest has the launch digest to expect`() throws {
        let launch = try PlannedLaunch([
            "-drive", "if=pflash,unit=0,file=/x", "-efi-firmware", "demo:efi-firmware/ovmf.fd",
        ])
        let digest = try Digest(.sha256, hex: PlannedLaunch.digest)
        let facts = SealedFacts(byteCount: 4096, digests: [digest], proofs: [])
        func record(_ forecast: LaunchForecast?) -> String {
            LaunchRecord(launch.plan, sealed: facts, forecast: forecast).text
        }
        let single = LaunchForecast.digests([ExpectedDigest(variant: nil, digest: digest)])
        #expect(record(single).contains(" launch-digest=\(digest) "))
        let both = LaunchForecast.digests([
            ExpectedDigest(variant: .legacy, digest: digest),
            ExpectedDigest(variant: .init2, digest: digest),
        ])
        #expect(record(both).contains(" launch-digest=legacy:\(digest),init2:\(digest) "))
        #expect(record(.gap(.processorCount)).contains(" launch-digest=unknown "))
        #expect(!record(nil).contains("launch-digest"))
    }

    @Test func `what the line says is in the fields too, as it is and not quoted`() throws {
        let launch = try PlannedLaunch(
            [
                "-id", "100", "-name", "a\nb", "-drive", "if=pflash,unit=0,file=/x",
                "-efi-firmware", "demo:efi-firmware/ovmf.fd",
            ],
            environment: [#"LD_A\=/x"#]
        )
        let digest = try Digest(.sha256, hex: PlannedLaunch.digest)
        let facts = SealedFacts(byteCount: 4096, digests: [digest], proofs: [.mode, .mount])
        let record = LaunchRecord(launch.plan, sealed: facts)
        #expect(
            record.facts.map { "\($0.fieldName)=\($0.value)" } == [
                "LAUNCHER_VM_ID=100", #"LAUNCHER_VM_NAME=a\nb"#,
                "LAUNCHER_FIRMWARE=demo:efi-firmware/ovmf.fd", "LAUNCHER_DIGEST=\(digest)",
                "LAUNCHER_BYTES=4096", "LAUNCHER_READ_ONLY=mode,mount", "LAUNCHER_GUEST=normal",
                "LAUNCHER_ATTACHMENT=pflash-drive", "LAUNCHER_CHOSEN_BY=option -efi-firmware",
                "LAUNCHER_SECCOMP=enforce", "LAUNCHER_GROUPS=\(groups(launch))",
                #"LAUNCHER_REMOVED_VARIABLES=LD_A\\"#,
            ]
        )
        #expect(record.text.hasSuffix(#" removed-variables=LD_A\\"#))
    }

    @Test func `a launch that passes through says that the firmware is unchanged`() throws {
        let launch = try PlannedLaunch(["-name", "a\nb"])
        #expect(
            LaunchRecord(launch.plan, sealed: nil).text
                == #"launch vm 'a\nb' firmware=unchanged seccomp=enforce groups=\#(groups(launch))"#
        )
    }

    private func groups(_ launch: PlannedLaunch) -> String {
        launch.plan.confinement.ruleset.groups.map(\.group.name).joined(separator: ",")
    }
}

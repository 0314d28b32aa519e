import Planning
import Testing

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

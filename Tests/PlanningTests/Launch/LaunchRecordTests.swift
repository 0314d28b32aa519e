import Testing

@testable import Planning

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
        #expect(record(.unknown(.processorCount)).contains(" launch-digest=unknown "))
        #expect(!record(nil).contains("launch-digest"))
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

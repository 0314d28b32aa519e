import Planning
import Testing

struct ImageUnfitTests {
    private static let words: [ByteString] = ["-drive", "if=pflash,unit=0,file=/x"]
    private static let findings: [Finding] = [
        .refusal(.variableStore), .warning(.combinedInFlash), .warning(.gap),
    ]

    private func choice(accepting codes: String? = nil) throws -> FirmwareChoice {
        let accept = codes.map { "\taccept \($0)\n" } ?? ""
        let launch = try PlannedLaunch(
            Self.words + ["-efi-firmware", ByteString(PlannedLaunch.volume)],
            configuration: PlannedLaunch.configuration + accept,
        )
        return try #require(launch.choice)
    }

    @Test func `a refusal names the image, its code and what to do`() throws {
        let choice = try choice()
        let error = #expect(throws: ImageUnfit.self) { try choice.warnings(about: Self.findings) }
        #expect(
            error?.message == "firmware volume 'demo:efi-firmware/ovmf.fd': FW-E04: a variable"
                + " store where firmware code is expected"
        )
        #expect(error?.hint == "give the code image that belongs to it (OVMF_CODE*.fd)")
        #expect(error?.exitStatus == .imageRefused)
    }

    @Test func `what is only doubtful is warned of, unless somebody accepted it`() throws {
        let findings = Array(Self.findings.dropFirst())
        #expect(try choice().warnings(about: findings).count == 2)
        let left = try choice(accepting: "FW-W01").warnings(about: findings)
        #expect(
            left.map(\.message) == [
                "firmware volume 'demo:efi-firmware/ovmf.fd': FW-W07: some of its bytes belong to"
                    + " no firmware volume"
            ]
        )
        #expect(try choice(accepting: "FW-W01, FW-W07").warnings(about: findings).isEmpty)
    }

    @Test func `stock firmware is only warned of, as QEMU itself would start it`() throws {
        let launch = try PlannedLaunch(
            Self.words,
            configuration: """
                launcher: defaults
                \tstock-firmware verify

                firmware: /x
                \tsha256 \(PlannedLaunch.digest)
                \taccept FW-W07

                """,
        )
        let choice = try #require(launch.choice)
        // Which may well be no UEFI firmware at all.
        let legacy = Finding.refusal(.noVolume(isLegacyBIOS: true))
        let warnings = try choice.warnings(about: Self.findings + [legacy])
        #expect(
            warnings.map { $0.message.prefix(29) } == [
                "stock firmware '/x': FW-E04: ", "stock firmware '/x': FW-W01: ",
            ]
        )
    }
}

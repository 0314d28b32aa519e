import Host
import Planning
import TestSupport
import Testing

struct TrialVerificationTests {
    /// As a start believes it. `check` and `firmware verify` look for themselves.
    @Test(arguments: [([], true), ([.withoutSMM], false)] as [([FirmwareBuild.Word], Bool)])
    func `an image is unpacked unless launcher.conf states its build`(
        build: [FirmwareBuild.Word],
        isUnpacked: Bool,
    ) throws {
        let damage = try #require(
            ImageMutation.ofCode.first { $0.name == "LZMA: bit flipped in the middle" }
        )
        let content = damage.applied(to: try MadeImage.code.bytes())
        let storage = try FirmwareStorage(content: content)
        let digests = ImageDigester.digests(of: content.span, by: [.sha256])
        let request = storage.request(pins: digests, build: build)

        switch TrialVerification(request) {
        case .unfit(_, .damagedContents): #expect(isUnpacked)
        case .verified: #expect(!isUnpacked)
        case let other: Issue.record("\(other)")
        }
        #expect(throws: LaunchFailure.self) { try requireStartable(request) }
    }
}

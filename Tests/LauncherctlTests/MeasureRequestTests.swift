import ArgumentParser
import Testing

@testable import launcherctl

/// The short way of reading a call of `measure`, held against swift-argument-parser's.
struct MeasureRequestTests {
    @Test(arguments: [
        ["sev", "image.fd"],
        ["sev-snp", "image.fd", "--vcpus", "64", "--cpu", "EPYC-Milan", "--hex"],
        ["--hex", "--vcpus", "4", "sev-es", "--cpu-sig", "0xa00f11", "local:efi-firmware/a.fd"],
        ["sev-snp", "image.fd", "--vcpus", "+4", "--cpu", "", "--guest-features", "0x21"],
        ["sev", "i", "--kernel", "k", "--initrd", "i", "--append", "quiet splash", "--json"],
        ["tdx", "i", "--variant", "two-pass", "--expect", "AbCd", "--base64", "--config", "c"],
        ["tdx", "image fd", "--expect", "0"],
        [
            "sev-snp", "i", "--vcpus", "1", "--cpu", "EPYC", "--guest-features", "1", "--kernel",
            "k", "--initrd", "i", "--append", "a", "--variant", "legacy", "--expect", "00",
            "--config", "c", "--json",
        ],
    ])
    func `a plain call means what it means to the parser of all commands`(
        words: [String]
    ) throws {
        let plain = try #require(MeasureRequest(plain: ["launcherctl", "measure"] + words))
        #expect(try plain == MeasureCommand.parse(words).request())
    }

    @Test(arguments: [
        [], ["measure"], ["plan", "sev", "image.fd"], ["--version"], ["measure", "sev"],
        ["measure", "--help"], ["measure", "sev", "image.fd", "-h"],
        ["measure", "sev", "image.fd", "--hex=1"], ["measure", "sev", "image.fd", "--vcpus=4"],
        ["measure", "sev", "image.fd", "--vcpus"], ["measure", "sev", "image.fd", "--vcpus", "-1"],
        ["measure", "sev", "image.fd", "--vcpus", "x"],
        ["measure", "sev", "image.fd", "--vcpus", "1", "--vcpus", "2"],
        ["measure", "sev", "image.fd", "--cpu", "--hex"], ["measure", "sev", "image.fd", "more"],
        ["measure", "sev", "image.fd", "--", "-m", "512"], ["measure", "--", "-m", "512"],
        ["measure", "normal", "image.fd"], ["measure", "sev", "image.fd", "--hex", "--json"],
        ["measure", "sev", "image.fd", "--expect", "xyz"],
        ["measure", "sev", "image.fd", "--append", "quiet"],
        ["measure", "sev-es", "image.fd", "--cpu-sig", "0x1ffffffff"],
    ])
    func `every other call is left to it`(words: [String]) {
        #expect(MeasureRequest(plain: ["launcherctl"] + words) == nil)
    }
}

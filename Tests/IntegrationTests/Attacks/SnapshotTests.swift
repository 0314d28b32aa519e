import Foundation
import Planning
import Testing

/// `-snapshot` puts a temporary file over every drive, the verified image's as well: what is in
/// there is nobody's pin.
@Suite(.launching, .needsProducts, .needsFirmware)
struct SnapshotTests {
    private static let commandLines: [[ByteString]] = [
        ["-snapshot"],
        ["-snapshot", "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd"],
        [
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd,snapshot=on",
        ],
        [
            "-drive",
            "snapshot=off,if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd,snapshot=on",
            "-snapshot",
        ],
        ["-pflash", "/nowhere/CODE.fd", "-snapshot"],
    ]

    @Test(arguments: commandLines)
    func `the image's drive has none`(words: [ByteString]) async throws {
        let store = try StagedHost()
        let report = try await store.launch(store.launcher(StagedHost.firmware + words))
        let number = try store.imageNumber(in: report)
        let drive = try #require(
            report.arguments.map(\.escaped).first { $0.contains("/proc/self/fd/\(number)") }
        )
        // The last word counts.
        let settings = drive.split(separator: ",").filter { $0.hasPrefix("snapshot=") }
        #expect(settings.last == "snapshot=off", "\(drive)")
    }

    @Test(.needsQEMU, arguments: commandLines, Attack.MachineKind.allCases)
    func `the guest finds the pinned image`(
        words: [ByteString],
        machine: Attack.MachineKind,
    ) async throws {
        let attack = Attack("", words, .pinned, .none(because: "nobody interferes"))
        let scene = try AttackScene(attack, on: machine)
        try await scene.launched(.option).expectStarted(scene.pinned)
    }
}

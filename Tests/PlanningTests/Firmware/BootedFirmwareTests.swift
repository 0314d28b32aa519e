import Foundation
import Glibc
import Planning
import Testing

/// What the judgement accepts starts in a real QEMU, and what it refuses does not.
@Suite(
    .enabled(
        if: RunningQEMU.isInstalled
            && FileManager.default.fileExists(atPath: BootedFirmware.folder),
        "needs qemu-system-x86 and Debian's ovmf"
    ),
    .serialized
)
struct BootedFirmwareTests {
    @Test(arguments: [
        ("OVMF_CODE.fd", "OVMF_VARS.fd", "q35"), ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd", "q35"),
        ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd", "pc"),
        ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd", "q35,smm=on"),
    ])
    func `what is accepted boots`(code: String, variables: String, machine: String) throws {
        let image = try BootedFirmware.image(code)
        let store = try BootedFirmware.image(variables)
        let findings = judge(image.span, in: try BootedFirmware.context(machine, store))
        #expect(findings.isEmpty)
        let guest = try BootedFirmware(image, variables: store, machine: machine)
        #expect(guest.waits(for: "BdsDxe", seconds: 90), "the serial console shows \(guest.output)")
    }

    /// Each image is spoiled in one way; run by QEMU alone, none reaches its first word.
    @Test(arguments: BootedFirmware.Fault.allCases)
    func `what is refused does not boot`(fault: BootedFirmware.Fault) throws {
        let image = fault.applied(to: try BootedFirmware.image("OVMF_CODE_4M.fd"))
        let store = try BootedFirmware.image("OVMF_VARS_4M.fd")
        #expect(judge(image.span, in: try BootedFirmware.context("q35", store)).refusal != nil)
        let guest = try BootedFirmware(image, variables: store, machine: "q35")
        #expect(!guest.waits(for: "BdsDxe", seconds: 8))
    }
}

/// A guest that starts from flash and shows its serial console.
final class BootedFirmware {
    static let folder = "/usr/share/OVMF"

    enum Fault: String, CaseIterable, Sendable {
        case withoutLastPage
        case withPageBehind
        case storeInsteadOfCode

        func applied(to image: [UInt8]) -> [UInt8] {
            switch self {
            case .withoutLastPage: Array(image.dropLast(4096))
            case .withPageBehind: image + [UInt8](repeating: 0, count: 4096)
            case .storeInsteadOfCode: SyntheticImage.store()
            }
        }
    }

    private let process = Process()
    private let files: RunningQEMU.Folder
    private let console: String

    static func image(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
    }

    static func context(_ machine: String, _ store: [UInt8]) throws -> JudgementContext {
        let drive = "if=pflash,unit=1,format=raw,size=\(store.count),file=/vars"
        let words = ["qemu-system-x86_64", "-machine", machine, "-drive", drive]
        return try JudgementContext(
            ArgumentVector(words.map { ByteString($0) }),
            guest: .normal,
            attachment: .pflashDrive,
            fileByteCounts: [:],
        )
    }

    init(_ image: [UInt8], variables: [UInt8], machine: String) throws {
        files = try RunningQEMU.Folder()
        let code = try files.write("code.fd", image)
        let store = try files.write("vars.fd", variables)
        console = try files.write("console", [])
        process.executableURL = URL(filePath: RunningQEMU.program)
        process.arguments = [
            "-machine", machine, "-accel", "tcg", "-m", "256", "-display", "none", "-nodefaults",
            "-no-user-config", "-no-reboot", "-serial", "file:\(console)",
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=\(code)",
            "-drive", "if=pflash,unit=1,format=raw,file=\(store)",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        // Threads of the test runner block SIGTERM, and QEMU inherits that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    var output: String {
        FileManager.default.contents(atPath: console).map { String(decoding: $0, as: UTF8.self) }
            ?? ""
    }

    func waits(for text: String, seconds: Double) -> Bool {
        let end = Date.now.addingTimeInterval(seconds)
        while Date.now < end {
            if output.contains(text) { return true }
            guard process.isRunning else { return false }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return false
    }
}

import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// An image that the judgement accepts, and what its serial console shows when it has booted.
struct BootCase: CustomTestStringConvertible, Sendable {
    /// Of Debian's ovmf, or of the image corpus.
    let image: String
    var store: String?
    var attachment = JudgementContext.Attachment.flash
    var machine = "q35"
    var warnings: [String] = []
    var proof = Self.shell

    var testDescription: String { "\(image) \(attachment) \(machine)" }

    /// The shell waits for commands.
    static let shell = "Shell>"

    static let ofDebian = [
        BootCase(image: "OVMF_CODE.fd", store: "OVMF_VARS.fd"),
        BootCase(image: "OVMF_CODE_4M.fd", store: "OVMF_VARS_4M.fd"),
        BootCase(image: "OVMF_CODE_4M.fd", store: "OVMF_VARS_4M.fd", machine: "pc"),
        BootCase(image: "OVMF_CODE_4M.secboot.fd", store: "OVMF_VARS_4M.fd", machine: "q35,smm=on"),
        BootCase(image: "../ovmf/OVMF.fd", attachment: .bios),
        BootCase(image: "../ovmf/OVMF.fd", attachment: .flash, warnings: ["FW-W01"]),
    ]

    static let ofCorpus = [
        BootCase(image: "bullseye-code-2m.fd", store: "OVMF_VARS.fd"),
        BootCase(image: "trixie-code-4m.fd", store: "trixie-vars-4m.fd"),
        BootCase(image: "trixie-combined.fd", attachment: .bios),
        // Since 2025 Debian builds Secure Boot without a shell, which would get around it. The boot
        // manager's word that there is nothing to boot is the last that such a build says.
        BootCase(
            image: "trixie-code-4m-secboot.fd",
            store: "trixie-vars-4m.fd",
            machine: "q35,smm=on",
            proof: "BdsDxe: ",
        ),
        // Builds for confidential guests have no shell either: AmdSev's only boot option is the
        // Grub inside, for which Debian puts a stub; IntelTdx boots disks alone.
        BootCase(image: "sid-amdsev.fd", attachment: .bios, proof: "BdsDxe: "),
        BootCase(image: "noble-amdsev.fd", attachment: .bios, proof: "BdsDxe: "),
        BootCase(image: "sid-inteltdx.fd", attachment: .bios, proof: "BdsDxe: "),
    ]
}

/// Ways in which an image, sound or spoiled, cannot start a guest, one or more for each refusal that
/// an emulated machine can show.
enum BootFault: String, CaseIterable, Sendable {
    case erased
    case diskImage
    case firstHeaderZeroed
    case mainVolumeMissing
    case legacyBIOS
    case storeInsteadOfCode
    case storeInsteadOfCodeInMemory
    case withoutLastPage
    case withPageBehind
    case withPageBefore
    case withFewBytesCut
    case tooLarge
    case splitImageInMemory
    case emptyResetVector
    case otherArchitecture
    case smallCodeWithLargeStore
    case smmBuildOnOldChipSet
    case smmBuildWithSMMOff
    case oldSMMBuildWithSuspend

    /// What the judgement says of it.
    var code: String {
        switch self {
        case .erased: "FW-E01"
        case .diskImage: "FW-E02"
        case .firstHeaderZeroed, .mainVolumeMissing, .legacyBIOS: "FW-E03"
        case .storeInsteadOfCode, .storeInsteadOfCodeInMemory: "FW-E04"
        case .withoutLastPage, .withPageBehind, .withPageBefore, .withFewBytesCut: "FW-E05"
        case .tooLarge: "FW-E06"
        case .splitImageInMemory: "FW-E07"
        case .emptyResetVector: "FW-E08"
        case .otherArchitecture: "FW-E09"
        case .smallCodeWithLargeStore: "FW-E15"
        // A warning, since it is QEMU that decides whether there is SMM.
        case .smmBuildOnOldChipSet, .smmBuildWithSMMOff: "FW-W03"
        case .oldSMMBuildWithSuspend: "FW-W10"
        }
    }

    struct Sample {
        var image: [UInt8]
        var store: [UInt8]
        var attachment = JudgementContext.Attachment.flash
        var machine = "q35"
    }

    func sample() throws -> Sample {
        let code = try BootedFirmware.image("OVMF_CODE_4M.fd")
        let store = try BootedFirmware.image("OVMF_VARS_4M.fd")
        var sample = Sample(image: code, store: store)
        switch self {
        case .erased: sample.image = filler(code.count, of: 0xFF)
        case .diskImage: sample.image = try BootedFirmware.converted(code, to: "qcow2")
        case .firstHeaderZeroed:
            sample.image.replaceSubrange(0..<0x48, with: filler(0x48, of: 0))
        case .mainVolumeMissing:
            let end = 0x34_8000
            sample.image.replaceSubrange(0..<end, with: filler(end, of: 0xFF))
        case .legacyBIOS: sample.image = try BootedFirmware.image("../seabios/bios-256k.bin")
        case .storeInsteadOfCode: sample.image = store
        case .storeInsteadOfCodeInMemory:
            sample.image = try BootedFirmware.image("OVMF_VARS.fd")
            sample.attachment = .bios
        case .withoutLastPage: sample.image.removeLast(4096)
        case .withPageBehind: sample.image += filler(4096, of: 0)
        case .withPageBefore: sample.image.insert(contentsOf: filler(4096, of: 0), at: 0)
        case .withFewBytesCut: sample.image.removeLast(100)
        case .tooLarge: sample.machine = "q35,max-fw-size=3M"
        case .splitImageInMemory: sample.attachment = .bios
        case .emptyResetVector:
            sample.image.replaceSubrange(code.count - 16..<code.count, with: filler(16, of: 0xFF))
        case .otherArchitecture:
            // A jump to the volume in the second page, as in QEMU_EFI.fd of AArch64.
            sample.image = [0x00, 0x04, 0x00, 0x14] + filler(4092, of: 0)
            sample.image += SyntheticImage().volume(0x1F_F000)
        case .smallCodeWithLargeStore: sample.image = try BootedFirmware.image("OVMF_CODE.fd")
        case .smmBuildOnOldChipSet, .smmBuildWithSMMOff:
            sample.image = try BootedFirmware.image("OVMF_CODE_4M.secboot.fd")
            sample.machine = self == .smmBuildOnOldChipSet ? "pc" : "q35,smm=off"
        case .oldSMMBuildWithSuspend:
            sample.image = try BootedFirmware.image("OVMF_CODE.secboot.fd")
            sample.store = try BootedFirmware.image("OVMF_VARS.fd")
            sample.machine = "q35,smm=on"
        }
        return sample
    }
}

/// A guest that starts from flash and shows its serial console.
final class BootedFirmware {
    static let folder = "/usr/share/OVMF"

    private let process = Process()
    private let files: RunningQEMU.Folder
    private let console: String

    static let hasImages = FileManager.default.fileExists(atPath: folder)

    /// What a sound image needs to its first word here and now; `nil` where it does not come.
    static let usualSeconds: Double? = {
        do {
            let start = Date.now
            let guest = try BootedFirmware(
                image("OVMF_CODE_4M.fd"),
                .flash,
                store: image("OVMF_VARS_4M.fd"),
                machine: "q35",
            )
            return guest.waits(for: "BdsDxe", seconds: 90)
                ? max(4, Date.now.timeIntervalSince(start)) : nil
        } catch {
            return nil
        }
    }()

    /// The same in seconds of QEMU's own time, which other load on the machine changes little.
    static let usualProcessorSeconds: Double? = {
        do {
            let guest = try BootedFirmware(
                image("OVMF_CODE_4M.fd"),
                .flash,
                store: image("OVMF_VARS_4M.fd"),
                machine: "q35",
            )
            return guest.boots(withinProcessorSeconds: 60) ? guest.processorSeconds : nil
        } catch {
            return nil
        }
    }()

    /// - Parameter name: of a file in Debian's folder, or else of the image corpus.
    static func image(_ name: String) throws -> [UInt8] {
        let file = URL(filePath: "\(folder)/\(name)")
        guard FileManager.default.fileExists(atPath: file.path) else {
            return try FirmwareCorpus.image(name)
        }
        return [UInt8](try Data(contentsOf: file))
    }

    /// The image in a format that QEMU is not told of.
    static func converted(_ image: [UInt8], to format: String) throws -> [UInt8] {
        let folder = try RunningQEMU.Folder()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/qemu-img")
        process.arguments = [
            "convert", "-f", "raw", "-O", format, try folder.write("raw", image),
            "\(folder.path)/converted",
        ]
        try process.run()
        process.waitUntilExit()
        return [UInt8](try Data(contentsOf: URL(filePath: "\(folder.path)/converted")))
    }

    static func context(
        _ machine: String,
        _ attachment: JudgementContext.Attachment,
        store: Int?,
    ) throws -> JudgementContext {
        var words = ["qemu-system-x86_64", "-machine", machine]
        if let store {
            words += ["-drive", "if=pflash,unit=1,format=raw,size=\(store),file=/vars"]
        }
        let commandLine = QEMUCommandLine(words.map { ByteString($0) })
        let attached = try AttachedFirmware(
            commandLine,
            machine: MachineOptions(commandLine),
        )
        return try JudgementContext(
            commandLine,
            guest: .normal,
            attachment: attachment == .bios ? .bios : .pflashDrive,
            store: FlashFile(variablesOf: attached, in: commandLine),
        )
    }

    init(
        _ image: [UInt8],
        _ attachment: JudgementContext.Attachment,
        store: [UInt8]?,
        machine: String,
    ) throws {
        files = try RunningQEMU.Folder()
        let code = try files.write("code.fd", image)
        console = try files.write("console", [])
        process.executableURL = URL(filePath: Machine.qemu)
        var arguments = [
            "-machine", machine, "-accel", "tcg", "-m", "256", "-display", "none", "-nodefaults",
            "-no-user-config", "-no-reboot", "-serial", "file:\(console)",
        ]
        switch attachment {
        case .bios: arguments += ["-bios", code]
        case .flash:
            let drive = "if=pflash,unit=0,format=raw,readonly=on,file=\(code)"
            arguments += ["-drive", drive]
            if let store {
                let file = try files.write("vars.fd", store)
                arguments += ["-drive", "if=pflash,unit=1,format=raw,file=\(file)"]
            }
        }
        process.arguments = arguments
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

    /// What QEMU has used of the processors; `nil` once it has ended.
    var processorSeconds: Double? {
        let file = "/proc/\(process.processIdentifier)/stat"
        guard let data = FileManager.default.contents(atPath: file) else { return nil }
        let fields = String(decoding: data, as: UTF8.self).split(separator: ")").last?
            .split(separator: " ")
        guard let fields, fields.count > 12, let user = Double(fields[11]),
            let system = Double(fields[12])
        else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Whether the firmware gets to where it looks for something to boot. It has not if QEMU ends,
    /// if the firmware shows an exception, or if it has taken so long; a guest that sleeps uses no
    /// time, and is given some minutes.
    func boots(withinProcessorSeconds limit: Double) -> Bool {
        let end = Date.now.addingTimeInterval(300)
        while Date.now < end, process.isRunning, let used = processorSeconds {
            let output = output
            if output.contains("BdsDxe") { return true }
            if output.contains("Exception Type") || used > limit { return false }
            Thread.sleep(forTimeInterval: 0.2)
        }
        return output.contains("BdsDxe")
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

/// What the judgement accepts starts in a real QEMU, and what it refuses does not.
@Suite(
    .enabled(
        if: Machine.hasQEMU && BootedFirmware.hasImages,
        "needs qemu-system-x86 and Debian's ovmf"
    ),
    .serialized
)
struct BootedFirmwareTests {
    @Test(arguments: BootCase.ofDebian)
    func `what is accepted boots to its shell`(boot: BootCase) throws {
        try expectBoot(boot)
    }

    @Test(
        .enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"),
        arguments: BootCase.ofCorpus
    )
    func `so does what other distributions have built`(boot: BootCase) throws {
        try expectBoot(boot)
    }

    private func expectBoot(_ boot: BootCase) throws {
        let image = try BootedFirmware.image(boot.image)
        let store = try boot.store.map { try BootedFirmware.image($0) }
        let findings = judge(
            image.span,
            in: try BootedFirmware.context(boot.machine, boot.attachment, store: store?.count),
        )
        #expect(findings.refusal == nil)
        #expect(findings.map(\.code) == boot.warnings)
        let guest = try BootedFirmware(image, boot.attachment, store: store, machine: boot.machine)
        #expect(
            guest.waits(for: boot.proof, seconds: 180),
            "the serial console shows \(guest.output)"
        )
    }

    /// QEMU alone starts each of them. A sound image reaches its first word in a part of the time
    /// that these are given.
    @Test(arguments: BootFault.allCases)
    func `what is refused does not boot`(fault: BootFault) throws {
        let sample = try fault.sample()
        let context = try BootedFirmware.context(
            sample.machine,
            sample.attachment,
            store: sample.store.count,
        )
        #expect(judge(sample.image.span, in: context).first?.code == fault.code)
        let guest = try BootedFirmware(
            sample.image,
            sample.attachment,
            store: sample.store,
            machine: sample.machine,
        )
        let patience = 2 * (try #require(BootedFirmware.usualSeconds))
        #expect(!guest.waits(for: "BdsDxe", seconds: patience))
    }
}

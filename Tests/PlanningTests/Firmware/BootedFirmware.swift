import Foundation
import Glibc
import Planning

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
        process.executableURL = URL(filePath: RunningQEMU.program)
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

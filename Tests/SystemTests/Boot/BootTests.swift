import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// A way in which a command line attaches firmware, each with an image of Debian's that fits.
struct BootAttachment: CustomTestStringConvertible, Sendable {
    let name: String
    let image: String
    /// With `$vars` for the path of the variable store.
    let arguments: [ByteString]
    /// Whether the image is a volume; else it is stock firmware that is verified.
    let isVolume: Bool

    var testDescription: String { name }

    static let all = [drive, blockdev, bios]

    /// As Proxmox before machine version 10.0.
    static let drive = BootAttachment(
        name: "drive",
        image: Machine.codeImage,
        arguments: [
            "-machine", "q35,accel=tcg",
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/OVMF_CODE.fd",
            "-drive", "if=pflash,unit=1,id=drive-efidisk0,format=raw,file=$vars",
        ],
        isVolume: true,
    )

    /// As Proxmox since machine version 10.0 (`print_ovmf_blockdev` of qemu-server's OVMF.pm).
    static let blockdev = BootAttachment(
        name: "blockdev",
        image: Machine.codeImage,
        arguments: [
            "-object", #"{"id":"throttle-drive-efidisk0","limits":{},"qom-type":"throttle-group"}"#,
            "-blockdev",
            """
            {"driver":"raw","file":{"driver":"file","filename":"/nowhere/OVMF_CODE.fd"},\
            "node-name":"pflash0","read-only":true}
            """,
            "-blockdev",
            """
            {"detect-zeroes":"on","discard":"ignore","driver":"throttle","file":{\
            "cache":{"direct":false,"no-flush":false},"detect-zeroes":"on","discard":"ignore",\
            "driver":"raw","file":{"aio":"threads","cache":{"direct":false,"no-flush":false},\
            "detect-zeroes":"on","discard":"ignore","driver":"file","filename":"$vars",\
            "node-name":"e1175f2a490414e7c53337589fde17a","read-only":false},\
            "node-name":"f1175f2a490414e7c53337589fde17a","read-only":false,"size":540672},\
            "node-name":"drive-efidisk0","read-only":false,\
            "throttle-group":"throttle-drive-efidisk0"}
            """,
            "-machine", "pflash0=pflash0,pflash1=drive-efidisk0,type=q35,accel=tcg",
        ],
        isVolume: true,
    )

    /// Custom firmware goes into flash for every guest that this host can run, so what shows that
    /// `-bios` boots from the sealed image is stock firmware that is verified: it keeps its place.
    static let bios = BootAttachment(
        name: "bios",
        image: Machine.unifiedImage,
        arguments: ["-machine", "q35,accel=tcg", "-bios", ByteString(Machine.unifiedImage)],
        isVolume: false,
    )

    /// A store with the image and a new variable store.
    func store() throws -> StagedHost {
        let store = try StagedHost(image: image)
        try write(read(Machine.variableStore), to: store.variableStore, mode: 0o600)
        let stock = "firmware: \(image)\n\tsha256 \(try store.digest(image))\n"
        try store.configure(
            qemu: Machine.qemu,
            launcher: isVolume ? [] : ["stock-firmware verify"],
            sections: isVolume ? "" : stock
        )
        return store
    }

    func call(_ store: StagedHost, _ further: [ByteString]) -> Child.Request {
        let words = arguments.map { word in
            ByteString(word.escaped.replacing("$vars", with: store.variableStore))
        }
        return store.launcher(
            (isVolume ? StagedHost.firmware : []) + words + further + Machine.qemuOptions
        )
    }

    /// What /proc/PID/fd shows of the sealed image.
    func target(_ store: StagedHost) throws -> String {
        let name = isVolume ? StagedHost.volume : image
        return "/memfd:\(name) sha256:\(try store.digest()) (deleted)"
    }
}

/// What booted, for the table of ./Scripts/matrix: a line each, into the file that
/// LAUNCHER_BOOT_TABLE names.
enum BootTable {
    static func note(_ attachment: String, _ what: String) throws {
        guard let path = ProcessInfo.processInfo.environment["LAUNCHER_BOOT_TABLE"] else { return }
        // One write to a file that is appended to: several tests do so at once.
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(attachment) \(what)\n".utf8))
        try file.close()
    }
}

/// Real firmware in a real QEMU, up to the firmware's own shell.
@Suite(.booting, .needsProducts, .needsQEMU, .needsFirmware, .timeLimit(.minutes(30)))
struct BootTests {
    @Test(arguments: BootAttachment.all)
    func `the firmware boots to its shell from the sealed image`(
        attachment: BootAttachment
    ) async throws {
        let store = try attachment.store()
        var machine = try VirtualMachine(attachment.call(store, VirtualMachine.usual))
        try await machine.waitForShell()
        try await machine.ask("ver", expecting: "UEFI v2.70 (EDK II")
        let descriptors = try Processes.descriptors(of: machine.process)
        let target = try attachment.target(store)
        #expect(descriptors.values.contains(target))
        #expect(descriptors.values.filter { $0.hasPrefix("/memfd:") && $0 != target }.isEmpty)
        try await machine.stop()
        try BootTable.note(attachment.name, "boots")
    }

    @Test(arguments: BootAttachment.all)
    func `so it does as a daemon, which keeps the sealed image`(
        attachment: BootAttachment
    ) async throws {
        let store = try attachment.store()
        let (console, pidFile) = ("\(store.path)/console", "\(store.path)/pid")
        let further: [ByteString] = [
            "-m", "256", "-nodefaults", "-display", "none", "-net", "none", "-no-user-config",
            "-serial", ByteString("file:\(console)"), "-daemonize",
            "-pidfile", ByteString(pidFile),
        ]
        let outcome = try await run(attachment.call(store, further))
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.errors.isEmpty && outcome.output.isEmpty)

        let text = String(decoding: try read(pidFile), as: UTF8.self)
        let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // Its command line has the path of its pid file.
        // The one that made it a daemon may not be gone yet.
        let isAlone = try await eventually {
            try Processes.mentioning(store.path) == [process] ? true : nil
        }
        #expect(isAlone == true)
        #expect(process != outcome.process)
        let shell = try await eventually {
            try read(console).range(of: Data("Shell>".utf8))
        }
        #expect(shell != nil)
        let target = try attachment.target(store)
        #expect(try Processes.descriptors(of: process).values.contains(target))

        kill(process, SIGTERM)
        let gone = try await eventually {
            try Processes.mentioning(store.path).isEmpty ? true : nil
        }
        #expect(gone == true)
        try BootTable.note(attachment.name, "daemonizes")
        #expect(!FileManager.default.fileExists(atPath: pidFile))
    }

    @Test(arguments: [BootAttachment.drive, .blockdev])
    func `what the firmware stores is there at the next boot`(
        attachment: BootAttachment
    ) async throws {
        let store = try attachment.store()
        let image = try read(store.image)
        var first = try VirtualMachine(attachment.call(store, VirtualMachine.usual))
        try await first.waitForShell()
        try first.type("set launchertest kept")
        try await first.waitFor("Shell>")
        try await first.stop()
        let kept = Data("kept".utf8.flatMap { [$0, 0] })
        #expect(try read(store.variableStore).range(of: kept) != nil)

        var second = try VirtualMachine(attachment.call(store, VirtualMachine.usual))
        try await second.waitForShell()
        try await second.ask("echo it-was-%launchertest%", expecting: "it-was-kept")
        try await second.stop()
        #expect(try read(store.image) == image)
    }

    @Test func `after the start nothing that happens to the file reaches the VM`() async throws {
        let attachment = BootAttachment.drive
        let store = try attachment.store()
        let target = try attachment.target(store)
        let socket = "\(store.path)/qmp"
        let further: [ByteString] = ["-qmp", ByteString("unix:\(socket),server=on,wait=off")]
        var machine = try VirtualMachine(
            attachment.call(store, VirtualMachine.usual + further)
        )
        try await machine.waitForShell()

        let noise = Data(repeating: 0xF4, count: try read(store.image).count)
        try overwrite(store.image, with: noise)
        try await machine.ask("ver", expecting: "UEFI v2.70 (EDK II")
        try overwrite(store.image, with: Data())
        try remove(store.image)

        // A reset copies the reset vector's neighbourhood, and runs all of it anew.
        let monitor = try await QMPClient(socket)
        try await monitor.execute("system_reset")
        try await machine.waitForShell()
        try await machine.ask("ver", expecting: "UEFI v2.70 (EDK II")
        #expect(try Processes.descriptors(of: machine.process).values.contains(target))
        try await machine.stop()
    }
}

import Foundation
import Glibc
import Planning
import Testing

/// Real firmware in a real QEMU, up to the firmware's own shell.
@Suite(.booting, .needsProducts, .needsQEMU, .needsFirmware, .timeLimit(.minutes(10)))
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
        #expect(try Processes.mentioning(store.path) == [process])
        #expect(process != outcome.process)
        let shell = try await eventually(within: .seconds(90)) {
            try read(console).range(of: Data("Shell>".utf8))
        }
        #expect(shell != nil)
        let target = try attachment.target(store)
        #expect(try Processes.descriptors(of: process).values.contains(target))

        kill(process, SIGTERM)
        let gone = try await eventually(within: .seconds(10)) {
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
        let monitor = try await Monitor(socket)
        try await monitor.execute("system_reset")
        try await machine.waitForShell()
        try await machine.ask("ver", expecting: "UEFI v2.70 (EDK II")
        #expect(try Processes.descriptors(of: machine.process).values.contains(target))
        try await machine.stop()
    }
}

import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// A `qm` of our own making for one VM. It starts the VM with the command line that qemu-server makes
/// of its configuration, and asks of QEMU what qemu-server was seen to ask, in the same order.
///
/// Proxmox's own code cannot be part of this repository. What is different from it is in
/// docs/proxmox.md.
struct SmallQM {
    let node: SmallNode
    let vmid: Int

    private var file: String { "\(node.host.node)/qemu-server/\(vmid).conf" }

    var configuration: SmallConfiguration {
        get throws { SmallConfiguration(parsing: String(decoding: try read(file), as: UTF8.self)) }
    }

    func configure(_ change: (inout SmallConfiguration) -> Void) throws {
        let hasFile = FileManager.default.fileExists(atPath: file)
        var configuration = hasFile ? try configuration : SmallConfiguration([:])
        change(&configuration)
        try node.host.addVirtualMachine(vmid, configuration.text)
    }

    func set(_ key: String, _ value: String?) throws { try configure { $0[key] = value } }

    // MARK: - Processes

    /// `nil` where it does not run.
    var process: pid_t? {
        get throws {
            let file = "\(node.sockets)/\(vmid).pid"
            guard let data = FileManager.default.contents(atPath: file),
                let process = pid_t(String(decoding: data, as: UTF8.self).trimmed)
            else { return nil }
            return try Processes.mentioning("\(node.sockets)/\(vmid).pid")
                .contains(process) ? process : nil
        }
    }

    /// A new connection for each action, as qemu-server has one for each command. QEMU serves one at a
    /// time.
    func monitor() async throws -> QMPClient { try await QMPClient("\(node.sockets)/\(vmid).qmp") }

    /// Runs QEMU as a daemon, and waits for it.
    ///
    /// - Parameter state: what a start adds: `-S`, `-incoming …`.
    @discardableResult
    func start(_ state: [String] = [], expecting status: Int32 = 0) async throws -> Outcome {
        let outcome = try await run(node.kvm(command() + state))
        #expect(outcome.end == .status(status), "\(outcome.errors)")
        if status == 0 { #expect(!outcome.errors.contains(": error: "), "\(outcome.errors)") }
        return outcome
    }

    struct Status: Decodable { let status: String }

    func status() async throws -> String {
        try await monitor().ask("query-status", for: Status.self).status
    }

    /// `qm stop`.
    func stop() async throws {
        try await monitor().execute("quit")
        try await cleanUp()
    }

    /// `qm reset`.
    func reset() async throws {
        let monitor = try await monitor()
        try await monitor.execute("system_reset")
        try await monitor.wait(for: "RESET")
    }

    /// `qm shutdown`: QEMU stays, because of `-no-shutdown`, until qmeventd has heard of it and ends
    /// it.
    func shutDown(_ guest: SmallGuest) async throws {
        let monitor = try await monitor()
        try await monitor.execute("system_powerdown")
        try await monitor.wait(for: "POWERDOWN")
        try await guest.powersOff()
        try await monitor.wait(for: "SHUTDOWN")
        let status = try await monitor.ask("query-status", for: Status.self).status
        #expect(status == "shutdown")
        try await monitor.execute("quit")
        try await cleanUp()
    }

    /// Waits for QEMU's end, and does what qemu-server does then.
    private func cleanUp() async throws {
        let isGone = try await eventually { try process == nil ? true : nil }
        #expect(isGone == true, "the VM goes on after it was told to end")
        for suffix in ["mon", "qmp", "pid", "vnc", "qga"] {
            _ = unsafe unlink("\(node.sockets)/\(vmid).\(suffix)")
        }
    }

    // MARK: - Disks

    /// Makes a disk with this content, as a volume of the VM.
    ///
    /// - Returns: the volume.
    func allocate(_ name: String, _ content: Data, size: String? = nil) throws -> String {
        let folder = "\(node.disks)/\(vmid)"
        if !FileManager.default.fileExists(atPath: folder) { try makeDirectory(folder) }
        let raw = "\(folder)/new.raw"
        try write(content, to: raw, mode: 0o600)
        try image(["convert", "-f", "raw", "-O", "qcow2", raw, "\(folder)/\(name).qcow2"])
        try remove(raw)
        if let size { try image(["resize", "-f", "qcow2", "\(folder)/\(name).qcow2", size]) }
        return "test:\(vmid)/\(name).qcow2"
    }

    /// Runs qemu-img.
    func image(_ words: [String]) throws {
        let answer = try Products.run("/usr/bin/qemu-img", words)
        try #require(answer.status == 0, "\(words): \(answer.errors)")
    }

    /// Whether two disks have the same content, also while a VM uses one.
    func areSame(_ first: String, _ second: String) throws -> Bool {
        try Products.run("/usr/bin/qemu-img", ["compare", "-U", "-q", first, second]).status == 0
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

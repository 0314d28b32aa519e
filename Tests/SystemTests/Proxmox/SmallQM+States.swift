import Foundation
import Glibc
import Planning
import TestSupport
import Testing

// MARK: - The state of a running VM, kept

extension SmallQM {
    /// Proxmox's QEMU writes a running VM into a volume by `savevm-start`, and reads it by
    /// `-loadstate`. QEMU itself keeps a state within a qcow2 file, so this volume is one.
    private func allocateState(_ name: String) throws -> String {
        let file = "\(node.disks)/\(vmid)/vm-\(vmid)-state-\(name).qcow2"
        try image(["create", "-q", "-f", "qcow2", file, "4G"])
        return file
    }

    private func attachState(_ file: String, to monitor: QMPClient) async throws {
        try await monitor.execute(
            "blockdev-add",
            #"{"driver":"qcow2","node-name":"state","file":{"driver":"file","filename":"\#(file)"}}"#
        )
    }

    private func save(_ name: String, _ monitor: QMPClient) async throws -> String {
        let file = try allocateState(name)
        try await monitor.execute("stop")
        try await capabilities(monitor)
        try await attachState(file, to: monitor)
        try await job("snapshot-save", name, monitor)
        return file
    }

    /// Starts it paused, and has it go on where it was.
    private func load(_ name: String, _ file: String) async throws {
        try await start(["-S"])
        let monitor = try await monitor()
        try await attachState(file, to: monitor)
        try await job("snapshot-load", name, monitor)
        try await monitor.execute("blockdev-del", #"{"node-name":"state"}"#)
        try await monitor.execute("cont")
        #expect(try await monitor.ask("query-status", for: Status.self).status == "running")
    }

    private func job(_ command: String, _ name: String, _ monitor: QMPClient) async throws {
        try await monitor.execute(
            command,
            #"{"job-id":"state","tag":"\#(name)","vmstate":"state","devices":["state"]}"#
        )
        try await conclude("state", monitor)
    }

    /// Waits until a job is done, and says what went wrong.
    private func conclude(_ id: String, _ monitor: QMPClient) async throws {
        struct Job: Decodable {
            let id: String
            let status: String
            let error: String?
        }

        var waiting = Waiting()
        while !waiting.isOver {
            let jobs = try await monitor.ask("query-jobs", for: [Job].self)
            if let job = jobs.first(where: { $0.id == id }), job.status == "concluded" {
                #expect(job.error == nil, "\(job)")
                try await monitor.execute("job-dismiss", #"{"id":"\#(id)"}"#)
                return
            }
            try await waiting.pause(.milliseconds(20))
        }
        Issue.record("job \(id) goes on and on")
    }

    /// `qm suspend --todisk`.
    func suspend() async throws {
        let monitor = try await monitor()
        let file = try await save("suspend", monitor)
        try configure {
            $0["vmstate"] = file
            $0["lock"] = "suspended"
        }
        try await stop(monitor)
    }

    private func stop(_ monitor: QMPClient) async throws {
        try await monitor.execute("quit")
        let isGone = try await eventually { try process == nil ? true : nil }
        #expect(isGone == true)
    }

    /// `qm resume` of a VM that is suspended to disk: a start.
    func resume() async throws {
        let file = try #require(try configuration["vmstate"])
        try await load("suspend", file)
        try remove(file)
        try configure {
            $0["vmstate"] = nil
            $0["lock"] = nil
        }
    }

    /// `qm snapshot NAME --vmstate 1`.
    func snapshot(_ name: String) async throws {
        let monitor = try await monitor()
        let file = try await save(name, monitor)
        for drive in try configuration.drives {
            try await monitor.execute(
                "blockdev-snapshot-internal-sync",
                #"{"device":"drive-\#(drive)","name":"\#(name)"}"#
            )
        }
        try await monitor.execute("blockdev-del", #"{"node-name":"state"}"#)
        try await monitor.execute("cont")
        try configure {
            $0.snapshots[name] = $0.keys
            $0.snapshots[name]?["vmstate"] = file
        }
    }

    /// `qm rollback NAME`: stops it, takes the disks back, and starts it from the state.
    func rollBack(to name: String) async throws {
        try await stop()
        let kept = try #require(try configuration.snapshots[name])
        let file = try #require(kept["vmstate"])
        try configure {
            $0.keys = kept
            $0["vmstate"] = nil
        }
        let configuration = try configuration
        for volume in configuration.drives.compactMap({ configuration.volume(of: $0) }) {
            try image(["snapshot", "-a", name, path(volume)])
        }
        try await load(name, file)
    }

    /// `set_migration_caps`: what is known is set, and all but two of them off.
    private func capabilities(_ monitor: QMPClient) async throws {
        struct Capability: Codable {
            let capability: String
            var state: Bool
        }

        var known = try await monitor.ask("query-migrate-capabilities", for: [Capability].self)
        for index in known.indices {
            known[index].state = ["auto-converge", "xbzrle"].contains(known[index].capability)
        }
        let words = try JSONEncoder().encode(["capabilities": known])
        try await monitor.execute(
            "migrate-set-capabilities",
            String(decoding: words, as: UTF8.self)
        )
    }
}

// MARK: - Backup, clone, template

extension SmallQM {
    /// `vzdump`: starts the VM paused if it does not run, copies each disk to a server for network
    /// block devices, and ends what it started.
    ///
    /// - Returns: the copies by the name of their drive.
    @discardableResult
    func backUp() async throws -> [String: String] {
        let wasRunning = try process != nil
        if !wasRunning { try await start(["-S"]) }
        let monitor = try await monitor()
        if !wasRunning {
            let status = try await monitor.ask("query-status", for: Status.self).status
            #expect(status == "prelaunch")
        }
        let configuration = try configuration
        var copies: [String: String] = [:]
        for drive in configuration.drives where configuration.hasBlockNodes {
            let source = path(configuration.volume(of: drive) ?? "")
            copies[drive] = try await copy(drive, source, monitor)
        }
        if !wasRunning { try await stop(monitor) }
        return copies
    }

    private func copy(
        _ drive: String,
        _ source: String,
        _ monitor: QMPClient,
    ) async throws -> String {
        let copy = "\(node.sockets)/\(vmid)-\(drive).raw"
        // As large as the disk, and empty.
        try? remove(copy)
        try image(["convert", "-U", "-O", "raw", source, copy])
        let size = try FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int ?? 0
        try write(Data(), to: copy, mode: 0o600)
        try check(unsafe truncate(copy, size))

        let socket = "\(copy).nbd"
        var server = try Child(
            Child.Request(
                program: "/usr/bin/qemu-nbd",
                arguments: [
                    "qemu-nbd", "-t", "-f", "raw", "-k", ByteString(socket), ByteString(copy),
                ],
                descriptors: [0: nullDevice.fileDescriptor, 2: nullDevice.fileDescriptor],
            )
        )
        let isThere = try await eventually { isMade(socket) ? true : nil }
        #expect(isThere == true)
        try await monitor.execute(
            "blockdev-add",
            #"{"driver":"nbd","node-name":"backup","server":{"type":"unix","path":"\#(socket)"}}"#
        )
        try await monitor.execute(
            "blockdev-backup",
            #"{"job-id":"backup","device":"drive-\#(drive)","target":"backup","sync":"full","#
                + #""auto-dismiss":false}"#
        )
        try await conclude("backup", monitor)
        try await monitor.execute("blockdev-del", #"{"node-name":"backup"}"#)
        kill(server.id, SIGTERM)
        #expect(try await server.wait() == .status(0))
        return copy
    }

    /// `qm clone --full`: other disks, another UUID, and the rest as it was.
    func clone(to vmid: Int, uuid: String) throws -> SmallQM {
        let clone = SmallQM(node: node, vmid: vmid)
        try makeDirectory("\(node.disks)/\(vmid)")
        var copy = SmallConfiguration(try configuration.keys)
        for drive in copy.drives {
            guard let volume = copy.volume(of: drive) else { continue }
            let other = volume.replacing("\(self.vmid)", with: "\(vmid)")
            try image(["convert", "-O", "qcow2", path(volume), path(other)])
            copy[drive] = copy[drive]?.replacing(volume, with: other)
        }
        copy["smbios1"] = "uuid=\(uuid)"
        copy["template"] = nil
        try clone.configure { $0 = copy }
        return clone
    }

    /// `qm template`: its disks become base images, which nobody writes to.
    func makeTemplate() throws {
        try configure { configuration in
            for drive in configuration.drives {
                configuration[drive] = configuration[drive]?.replacing("/vm-", with: "/base-")
            }
            configuration["template"] = "1"
        }
        let folder = "\(node.disks)/\(vmid)"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasPrefix("vm-") {
            let base = "\(folder)/base-\(name.dropFirst(3))"
            try move("\(folder)/\(name)", to: base)
            try change(base, mode: 0o444)
        }
    }
}

// MARK: - Migration

extension SmallQM {
    enum Way: CaseIterable { case unix, tcp }

    /// `qm migrate` to a node that has the same disks, while the VM runs.
    func migrate(to target: SmallNode, by way: Way) async throws -> SmallQM {
        let other = SmallQM(node: target, vmid: vmid)
        let configuration = try configuration
        try other.configure { $0 = configuration }
        let address =
            way == .unix ? "unix:\(target.sockets)/\(vmid).migrate" : "tcp:127.0.0.1:60000"
        // The port is only chosen when QEMU is there.
        try await other.start(["-incoming", way == .unix ? address : "defer", "-S"])
        let receiver = try await other.monitor()
        try await other.capabilities(receiver)
        if way == .tcp {
            try await receiver.execute("migrate-incoming", #"{"uri":"\#(address)"}"#)
        }
        try await send(to: address)
        try await receiver.execute("cont")
        #expect(try await receiver.ask("query-status", for: Status.self).status == "running")
        try await stop()
        try remove("\(node.host.node)/qemu-server/\(vmid).conf")
        return other
    }

    private func send(to address: String) async throws {
        struct Migration: Decodable { let status: String? }

        let monitor = try await monitor()
        try await capabilities(monitor)
        try await monitor.execute("migrate-set-parameters", #"{"downtime-limit":100}"#)
        try await monitor.execute("migrate", #"{"uri":"\#(address)"}"#)
        var waiting = Waiting()
        var status = ""
        while !waiting.isOver, status != "completed", status != "failed" {
            status = try await monitor.ask("query-migrate", for: Migration.self).status ?? ""
            try await waiting.pause(.milliseconds(20))
        }
        #expect(status == "completed")
    }
}

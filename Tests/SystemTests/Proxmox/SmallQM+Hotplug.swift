import Foundation
import TestSupport
import Testing

/// What is plugged into a VM that runs, and what is unplugged: `vm_deviceplug`, `vm_deviceunplug`,
/// `qemu_cpu_hotplug` and `qemu_memory_hotplug` of qemu-server.
extension SmallQM {
    /// `vm_devices_list`: four questions, before and after each plug. qemu-server takes PCI devices
    /// from the first answer only, in which those after a bridge are missing until the firmware has
    /// numbered the buses. That is soon with KVM, and late when the processor is emulated.
    func devices(_ monitor: QMPClient) async throws -> Set<String> {
        struct Bus: Decodable { let devices: [Device] }
        struct Device: Decodable {
            struct Bridge: Decodable { let devices: [Device]? }

            let qdev_id: String?
            let pci_bridge: Bridge?

            var names: [String] {
                [qdev_id].compactMap { $0 } + (pci_bridge?.devices ?? []).flatMap(\.names)
            }
        }
        struct Block: Decodable { let qdev: String? }
        struct Child: Decodable { let name: String }

        let buses = try await monitor.ask("query-pci", for: [Bus].self)
        let blocks = try await monitor.ask("query-block", for: [Block].self)
        try await monitor.execute("query-mice")
        let children = try await monitor.ask(
            "qom-list",
            #"{"path":"/machine/peripheral"}"#,
            for: [Child].self
        )
        let drives = blocks.compactMap(\.qdev).map { name in
            String(name.trimmingPrefix("/machine/peripheral/").prefix { $0 != "/" })
        }
        return Set(buses.flatMap(\.devices).flatMap(\.names) + drives + children.map(\.name))
    }

    /// `qm set --net0 …` while it runs.
    ///
    /// - Throws: `QMPClient.Refused` if QEMU may not have it.
    func plugNetwork(_ value: String) async throws {
        try set("net0", value)
        let monitor = try await monitor()
        #expect(try await !devices(monitor).contains("net0"))
        let words = netdev(value, script: "pve-bridge-hotplug").split(separator: ",")
        let properties = words.map { word in
            let parts = word.split(separator: "=", maxSplits: 1)
            return parts[1] == "on" ? #""\#(parts[0])":true"# : #""\#(parts[0])":"\#(parts[1])""#
        }
        try await monitor.execute("netdev_add", "{\(properties.joined(separator: ","))}")
        try await monitor.execute("query-machines")
        try await add(card(value), to: monitor)
        try await wait(until: true, "net0", monitor)
        try await monitor.execute("set_link", #"{"name":"net0","up":true}"#)
    }

    /// `qm set --delete net0`.
    func unplugNetwork(_ guest: SmallGuest) async throws {
        let monitor = try await monitor()
        try await delete("net0", in: 0x12, from: monitor, guest)
        try await monitor.execute("netdev_del", #"{"id":"net0"}"#)
        try set("net0", nil)
    }

    /// `qm set --scsi1 …`, `--virtio1 …`.
    func plugDrive(_ drive: String, _ value: String) async throws {
        try set(drive, value)
        let monitor = try await monitor()
        #expect(try await !devices(monitor).contains(drive))
        let configuration = try configuration
        let volume = configuration.volume(of: drive) ?? ""
        if configuration.property("iothread", of: drive) == "1" {
            try await monitor.execute("query-iothreads")
            try await monitor.execute(
                "object-add",
                #"{"id":"iothread-\#(drive)","qom-type":"iothread"}"#
            )
        }
        if configuration.hasBlockNodes {
            try await monitor.execute("object-add", throttleGroup(drive))
            try await monitor.execute("blockdev-add", blockNodes(drive, volume))
        } else {
            let answer = try await monitor.human("drive_add auto \"\(self.drive(drive, volume))\"")
            #expect(answer.contains("OK"), "\(answer)")
        }
        try await add(device(drive, configuration), to: monitor)
        try await wait(until: true, drive, monitor)
        try await fill(drive, "P", monitor)
    }

    /// Has QEMU itself write to a drive through its device, as no guest of ours does: 64 KiB of one
    /// character, from 1 MiB on.
    func fill(_ drive: String, _ character: Unicode.Scalar, _ monitor: QMPClient) async throws {
        let isDevice = drive.hasPrefix("virtio")
        let device = isDevice ? "/machine/peripheral/\(drive)/virtio-backend" : drive
        for command in ["write -P \(character.value) 1M 64k", "flush"] {
            let complaint = try await monitor.human("qemu-io -d \(device) \"\(command)\"")
            #expect(complaint.isEmpty, "\(drive): \(complaint)")
        }
    }

    /// What is on a disk, also while a VM uses it.
    func content(of drive: String) throws -> Data {
        let copy = "\(node.sockets)/\(vmid)-content.raw"
        let disk = path(try configuration.volume(of: drive) ?? "")
        try image(["convert", "-U", "-O", "raw", disk, copy])
        return try read(copy)
    }

    func unplugDrive(_ drive: String, _ guest: SmallGuest) async throws {
        let configuration = try configuration
        let monitor = try await monitor()
        try await delete(drive, in: slot(of: drive), from: monitor, guest)
        if configuration.hasBlockNodes {
            try await monitor.execute("query-named-block-nodes")
            try await deleteNode("drive-\(drive)", from: monitor)
            try await monitor.execute("object-del", #"{"id":"throttle-drive-\#(drive)"}"#)
        } else {
            _ = try await monitor.human("drive_del drive-\(drive)")
        }
        if configuration.property("iothread", of: drive) == "1" {
            try await monitor.execute("query-iothreads")
            try await monitor.execute("object-del", #"{"id":"iothread-\#(drive)"}"#)
        }
        try set(drive, nil)
    }

    /// QEMU lets go of a node a moment after the device is gone.
    private func deleteNode(_ name: String, from monitor: QMPClient) async throws {
        var waiting = Waiting()
        while true {
            do {
                try await monitor.execute("blockdev-del", #"{"node-name":"\#(name)"}"#)
                return
            } catch let refused as QMPClient.Refused {
                guard refused.reason?.hasSuffix("is in use") == true,
                    !waiting.isOver
                else { throw refused }
                try await waiting.pause(.milliseconds(50))
            }
        }
    }

    /// `qm set --vcpus N`, for one more.
    func plugProcessor(_ number: Int) async throws {
        struct Processor: Decodable {}

        let monitor = try await monitor()
        let before = try await monitor.ask("query-cpus-fast", for: [Processor].self)
        #expect(before.count == number - 1)
        try await add(processor(number), to: monitor)
        let after = try await monitor.ask("query-cpus-fast", for: [Processor].self)
        #expect(after.count == number)
        try set("vcpus", "\(number)")
    }

    /// `qm set --memory N`, for the first module.
    func plugMemory() async throws {
        struct Module: Decodable {}

        let monitor = try await monitor()
        try await monitor.execute("query-memory-devices")
        let size = Self.module << 20
        try await monitor.execute(
            "object-add",
            #"{"qom-type":"memory-backend-ram","id":"mem-dimm0","size":\#(size)}"#
        )
        try await monitor.execute(
            "device_add",
            #"{"driver":"pc-dimm","id":"dimm0","memdev":"mem-dimm0","node":0}"#
        )
        let modules = try await monitor.ask("query-memory-devices", for: [Module].self)
        #expect(modules.count == 1)
        try set("memory", "\(Self.staticMemory + Self.module)")
    }

    private func add(_ device: String, to monitor: QMPClient) async throws {
        let answer = try await monitor.human("device_add driver=\(device)")
        #expect(answer.isEmpty, "\(device): \(answer)")
    }

    /// Asks for it, and waits until the guest has let go.
    ///
    /// - Parameter slot: of the PCI device.
    private func delete(
        _ id: String,
        in slot: Int?,
        from monitor: QMPClient,
        _ guest: SmallGuest,
    ) async throws {
        let answer = try await monitor.human("device_del \(id)")
        #expect(answer.isEmpty, "\(id): \(answer)")
        if let slot { try await guest.ejects(slot: slot) }
        try await wait(until: false, id, monitor)
    }

    /// `qemu_deviceaddverify` and `qemu_devicedelverify`.
    private func wait(until isThere: Bool, _ id: String, _ monitor: QMPClient) async throws {
        var waiting = Waiting()
        while try await devices(monitor).contains(id) != isThere {
            guard !waiting.isOver else {
                Issue.record("\(id) is \(isThere ? "not" : "still") there")
                return
            }
            try await waiting.pause(.milliseconds(50))
        }
    }
}

extension QMPClient {
    /// A line of the human monitor.
    func human(_ line: String) async throws -> String {
        let words = try JSONEncoder().encode(["command-line": line])
        return try await ask("human-monitor-command", String(decoding: words, as: UTF8.self))
    }
}

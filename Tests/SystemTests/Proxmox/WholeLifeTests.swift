import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// A VM as its owner configured it.
struct LivingKind: CustomTestStringConvertible, Sendable {
    enum Firmware: String { case custom, stock, seabios }

    let firmware: Firmware
    let machine: String

    var testDescription: String { "\(firmware.rawValue) on \(machine)" }
    var isUEFI: Bool { firmware != .seabios }
    var isQ35: Bool { machine.contains("q35") }

    init(_ firmware: Firmware, _ machine: String) {
        (self.firmware, self.machine) = (firmware, machine)
    }

    static let few = [LivingKind(.custom, "q35"), LivingKind(.seabios, "pc")]
    /// Machines before 10.0 have `-drive` where newer ones have `-blockdev`.
    static let all =
        few + [
            LivingKind(.custom, "pc"), LivingKind(.stock, "q35"), LivingKind(.stock, "pc"),
            LivingKind(.seabios, "q35"),
            LivingKind(.custom, "pc-q35-7.2"), LivingKind(.custom, "pc-i440fx-7.2"),
            LivingKind(.stock, "pc-q35-7.2"), LivingKind(.seabios, "pc-i440fx-7.2"),
        ]

    /// `./Scripts/stress lives` tries them all.
    static let lived =
        ProcessInfo.processInfo.environment["LAUNCHER_LIVES"] == "all" ? all : few

    /// Makes a VM of this kind, with 1 GiB and places for a processor and for memory.
    func create(on node: SmallNode, _ vmid: Int = 100) throws -> SmallQM {
        let qm = SmallQM(node: node, vmid: vmid)
        let sector = SmallGuest.sector(isQ35: isQ35)
        let disk = try qm.allocate("vm-\(vmid)-disk-1", sector, size: "16M")
        var keys = [
            "cores": "2", "memory": "\(SmallQM.staticMemory)", "name": "living", "numa": "1",
            "scsi0": disk, "scsihw": "virtio-scsi-pci", "serial0": "socket",
            "smbios1": "uuid=\(Self.uuid)", "vcpus": "1",
        ]
        if machine != "pc" { keys["machine"] = machine }
        if isUEFI {
            keys["bios"] = "ovmf"
            keys["efidisk0"] = try qm.allocate(
                "vm-\(vmid)-disk-0",
                read(Machine.variableStore)
            )
        }
        if firmware == .custom { keys["args"] = "-efi-firmware \(StagedHost.volume)" }
        try qm.configure { $0 = SmallConfiguration(keys) }
        return qm
    }

    static let uuid = "7b10d7af-b932-4c66-b2c3-3996152ec465"

    /// What the guest has below 4 GiB is what was asked for, and the process holds the sealed image.
    func expectFirmware(
        of qm: SmallQM,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let process = try #require(try qm.process, sourceLocation: sourceLocation)
        let isSealed = try Processes.descriptors(of: process).values.contains {
            $0.hasPrefix("/memfd:\(StagedHost.volume) sha256:")
        }
        #expect(isSealed == (firmware == .custom), sourceLocation: sourceLocation)
        guard isUEFI else { return }
        let expected =
            firmware == .custom
            ? try qm.node.image : try read(qm.node.stockImage(isQ35: isQ35))
        let file = "\(qm.node.sockets)/flash"
        let address = (1 << 32) - expected.count
        try await qm.monitor().execute(
            "pmemsave",
            #"{"val":\#(address),"size":\#(expected.count),"filename":"\#(file)"}"#
        )
        let isSame = try read(file) == expected
        #expect(isSame, "the guest has other firmware", sourceLocation: sourceLocation)
    }
}

/// Whole lives of VMs, driven by a small `qm` of our own making, with the filter as it is by default.
@Suite(
    .booting,
    .needsProducts,
    .needsQEMU,
    .needsFirmware,
    .enabled(if: SmallNetwork.missing == nil, "\(SmallNetwork.missing ?? "")"),
    .enabled(
        if: FileManager.default.isExecutableFile(atPath: "/usr/bin/qemu-nbd"),
        "no qemu-nbd; on Debian it is in qemu-utils"
    ),
    .timeLimit(.minutes(30))
)
struct WholeLifeTests {
    private static let card = "virtio=BC:24:11:00:00:01,bridge=vmbr0"

    // MARK: - The first network card

    @Test(arguments: LivingKind.all)
    func `a VM that started without a network is given one`(kind: LivingKind) async throws {
        let node = try await SmallNode()
        let qm = try kind.create(on: node)
        try await qm.start()
        try await qm.plugNetwork(Self.card)
        #expect(try node.calls() == ["pve-bridge-hotplug tap100i0 vmbr0"])
        #expect(try await node.network.bridged().contains("tap100i0"))
        #expect(try await qm.status() == "running")
        try await kind.expectFirmware(of: qm)
        try await qm.stop()
        #expect(try node.calls().last == "pve-bridgedown tap100i0")

        // From now on it is on the command line.
        try await qm.start()
        #expect(try node.calls().last == "pve-bridge tap100i0 vmbr0")
        #expect(try await qm.status() == "running")
        try await qm.stop()
        #expect(try node.calls().count == 4)
    }

    @Test(arguments: [LivingKind(.custom, "q35"), LivingKind(.seabios, "pc")])
    func `where no program may be started it is told so, and goes on`(
        kind: LivingKind
    ) async throws {
        let node = try await SmallNode()
        try node.configure(launcher: ["spawn deny"])
        let qm = try kind.create(on: node)
        try await qm.start()
        let refusal = await #expect(throws: QMPClient.Refused.self) {
            try await qm.plugNetwork(Self.card)
        }
        // In words, and not by silence.
        #expect(refusal?.answer != nil)
        #expect(try node.calls().isEmpty)
        #expect(try await qm.status() == "running")
        try await kind.expectFirmware(of: qm)
        try await qm.stop()
    }

    // MARK: - Whole lives

    @Test(arguments: LivingKind.lived)
    func `a VM lives as it does on Proxmox`(kind: LivingKind) async throws {
        let node = try await SmallNode()
        let qm = try kind.create(on: node)
        let log = KernelLogMark()
        var processes: Set<Int> = []

        try await qm.start()
        processes.insert(Int(try #require(try qm.process)))
        try await kind.expectFirmware(of: qm)
        let guest = try SmallGuest(qm)
        try await guest.boots()
        if kind.isUEFI { try await guest.store("launchertest", "kept") }

        try await growAndShrink(qm, guest, kind)
        try await backUp(qm)
        try await snapshot(qm, guest, kind)
        processes.insert(Int(try #require(try qm.process)))

        try await qm.suspend()
        #expect(try qm.process == nil)
        try await qm.resume()
        processes.insert(Int(try #require(try qm.process)))
        try await kind.expectFirmware(of: qm)
        let resumed = try SmallGuest(qm)
        try await resumed.answers()

        try await qm.reset()
        try await resumed.boots()
        try await kind.expectFirmware(of: qm)
        if kind.isUEFI { #expect(try await resumed.has("launchertest", "kept")) }
        try await qm.shutDown(resumed)

        if kind.isUEFI {
            // In UTF-16, as firmware keeps text.
            let value = Data("kept".utf8.flatMap { [$0, 0] })
            #expect(try qm.content(of: "efidisk0").range(of: value) != nil)
        }
        try await backUp(qm)
        #expect(try qm.process == nil)
        try await cloned(qm, kind)
        // What was refused would be here, though QEMU may have gone without it.
        let records = log.records(of: processes)
        #expect(records.text.isEmpty, "\(records.text)")
    }

    private func growAndShrink(
        _ qm: SmallQM,
        _ guest: SmallGuest,
        _ kind: LivingKind,
    ) async throws {
        let empty = Data(count: 2 << 20)
        try await qm.plugDrive("scsi1", qm.allocate("vm-100-disk-2", empty))
        try await qm.plugDrive("virtio1", "\(qm.allocate("vm-100-disk-3", empty)),iothread=1")
        try await qm.plugProcessor(2)
        try await qm.plugMemory()
        try await qm.plugNetwork(Self.card)
        try await guest.answers()

        try await qm.unplugDrive("scsi1", guest)
        // To let go of a PCI device is the guest's part, and the shell can do it on this machine only.
        if !kind.isUEFI || !kind.isQ35 {
            try await qm.unplugDrive("virtio1", guest)
            try await qm.unplugNetwork(guest)
            #expect(try qm.node.calls().last == "pve-bridgedown tap100i0")
        }
        #expect(try await qm.status() == "running")
    }

    private func backUp(_ qm: SmallQM) async throws {
        let configuration = try qm.configuration
        for (drive, copy) in try await qm.backUp() {
            let disk = qm.path(configuration.volume(of: drive) ?? "")
            #expect(try qm.areSame(disk, copy), "\(drive)")
        }
    }

    /// What was written after the snapshot is gone after the rollback, on disk and in flash.
    private func snapshot(_ qm: SmallQM, _ guest: SmallGuest, _ kind: LivingKind) async throws {
        try await qm.snapshot("before")
        try await guest.answers()
        let later = Data(repeating: UInt8(ascii: "L"), count: 64 << 10)
        try await qm.fill("scsi0", "L", qm.monitor())
        #expect(try qm.content(of: "scsi0").range(of: later) != nil)
        if kind.isUEFI {
            try await guest.store("launchertest2", "lost")
            #expect(try await guest.has("launchertest2", "lost"))
        }

        try await qm.rollBack(to: "before")
        try await kind.expectFirmware(of: qm)
        let restored = try SmallGuest(qm)
        try await restored.answers()
        #expect(try qm.content(of: "scsi0").range(of: later) == nil)
        if kind.isUEFI {
            #expect(try await restored.has("launchertest", "kept"))
            #expect(try await !restored.has("launchertest2", "lost"))
        }
    }

    private func cloned(_ qm: SmallQM, _ kind: LivingKind) async throws {
        let clone = try qm.clone(to: 101, uuid: "ae08f7ec-895d-5351-827a-20ebe61c0d56")
        try await clone.start()
        try await kind.expectFirmware(of: clone)
        #expect(try await clone.status() == "running")
        try await clone.stop()
    }

    // MARK: - Templates

    /// Images that no VM could start from as the backup does.
    @Test(arguments: [
        (image: Machine.unifiedImage, guest: ["guest sev-snp"]),
        (image: "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", guest: []),
    ])
    func `a template is backed up, whatever its image is for`(
        image: String,
        guest: [String]
    ) async throws {
        let node = try await SmallNode()
        let qm = try LivingKind(.custom, "q35").create(on: node)
        try qm.makeTemplate()
        try overwrite(node.host.store.image, with: read(image))
        try node.configure(
            image: guest,
            sections:
                "vm: 100\n\tfirmware \(StagedHost.volume)\n\tuuid \(LivingKind.uuid)\n"
        )
        let copies = try await qm.backUp()
        #expect(copies.keys.sorted() == ["efidisk0", "scsi0"])
        for (drive, copy) in copies {
            let disk = qm.path(try qm.configuration.volume(of: drive) ?? "")
            #expect(try qm.areSame(disk, copy), "\(drive)")
        }
        #expect(try qm.process == nil)

        // The same VM, if it is no template.
        try qm.set("template", nil)
        if !guest.isEmpty { try await qm.start(["-S"], expecting: 78) }
    }

    // MARK: - Migration

    @Test(arguments: SmallQM.Way.allCases)
    func `a VM moves to another node while it runs`(way: SmallQM.Way) async throws {
        let source = try await SmallNode()
        // The port is on the loopback, and two VMs of one network cannot have the same tap.
        let target = try await SmallNode(
            besides: source,
            in: way == .tcp ? source.network : nil
        )
        let kind = LivingKind(.custom, way == .tcp ? "pc" : "q35")
        let qm = try kind.create(on: source)
        if way == .unix { try qm.set("net0", Self.card) }
        try await qm.start()
        let guest = try SmallGuest(qm)
        if way == .unix { try await guest.boots() }

        // Without the image there the VM stays where it is.
        let image = try target.image
        try remove(target.host.store.image)
        let other = SmallQM(node: target, vmid: 100)
        let configuration = try qm.configuration
        try other.configure { $0 = configuration }
        let refusal = try await other.start(
            ["-incoming", "unix:\(target.sockets)/100.migrate", "-S"],
            expecting: 66
        )
        #expect(refusal.errors.contains("firmware image '\(StagedHost.volume)'"), "\(refusal)")
        #expect(try await qm.status() == "running")

        try write(image, to: target.host.store.image)
        let moved = try await qm.migrate(to: target, by: way)
        try await kind.expectFirmware(of: moved)
        #expect(try qm.process == nil)
        guard way == .unix else {
            // It moved while its firmware was starting.
            try await moved.stop()
            return
        }
        let arrived = try SmallGuest(moved)
        try await arrived.answers()
        try await moved.shutDown(arrived)
    }
}

import Crypto
import Foundation
import Glibc
import Planning
import TestSupport

/// The command line that qemu-server 9.2 makes of a configuration: `config_to_command` of
/// QemuServer.pm, with OVMF.pm, Blockdev.pm, Memory.pm and Network.pm, as far as these VMs go.
extension SmallQM {
    func command() throws -> [String] {
        var configuration = try configuration
        let template = configuration.isTemplate
        if template {
            // Only the disks, the firmware and the name are left of it.
            let kept = Set(configuration.drives + ["bios", "name", "scsihw", "template"])
            configuration.keys = configuration.keys.filter { kept.contains($0.key) }
        }
        let flash = try firmware(configuration)
        return identity(configuration) + flash.words
            + processors(configuration) + ["-nodefaults"] + display(configuration)
            + ["-cpu", "qemu64"] + memory(configuration) + chipset(configuration)
            + (template ? [] : console) + (try drives(configuration)) + networks(configuration)
            + ["-machine", machine(configuration, flash.machine)] + (template ? ["-snapshot"] : [])
            + (configuration["args"]?.split(separator: " ").map(String.init) ?? [])
    }

    private func identity(_ configuration: SmallConfiguration) -> [String] {
        let sockets = "\(node.sockets)/\(vmid)"
        let events = "\(node.sockets)/qmeventd.sock"
        let reconnect = Self.isNew ? "reconnect-ms=5000" : "reconnect=5"
        return [
            "-id", "\(vmid)", "-name", "\(configuration["name"] ?? "vm\(vmid)"),debug-threads=on",
            "-no-shutdown", "-chardev", "socket,id=qmp,path=\(sockets).qmp,server=on,wait=off",
            "-mon", "chardev=qmp,mode=control",
            "-chardev", "socket,id=qmp-event,path=\(events),\(reconnect)",
            "-mon", "chardev=qmp-event,mode=control", "-pidfile", "\(sockets).pid", "-daemonize",
        ] + (configuration["smbios1"].map { ["-smbios", "type=1,\($0)"] } ?? [])
    }

    /// Whether QEMU is 9.2 or newer, which wants another word for the same.
    private static let isNew: Bool = {
        let words = Machine.qemuOptions.map(\.escaped) + ["--version"]
        let text = (try? Products.run(Machine.qemu, words))?.output ?? ""
        guard let version = text.firstMatch(of: /version ([0-9]+)\.([0-9]+)/),
            let major = Int(version.1), let minor = Int(version.2)
        else { return false }
        return (major, minor) >= (9, 2)
    }()

    private func firmware(
        _ configuration: SmallConfiguration
    ) throws -> (words: [String], machine: [String]) {
        guard configuration.isUEFI, let volume = configuration.volume(of: "efidisk0") else {
            return ([], [])
        }
        let code = node.stockImage(isQ35: configuration.isQ35)
        guard configuration.hasBlockNodes else {
            let drives = [
                "if=pflash,unit=0,format=raw,readonly=on,file=\(code)",
                "if=pflash,unit=1,id=drive-efidisk0,format=\(format(volume)),file=\(path(volume))",
            ]
            return (drives.flatMap { ["-drive", $0] }, [])
        }
        let words = [
            "-object", throttleGroup("efidisk0"), "-blockdev",
            #"{"driver":"raw","file":{"driver":"file","filename":"\#(code)"},"#
                + #""node-name":"pflash0","read-only":true}"#,
            "-blockdev", blockNodes("efidisk0", volume, readOnly: configuration.isTemplate),
        ]
        return (words, ["pflash0=pflash0", "pflash1=drive-efidisk0"])
    }

    private func processors(_ configuration: SmallConfiguration) -> [String] {
        let cores = configuration["cores"] ?? "1"
        let count = Int(configuration["vcpus"] ?? cores) ?? 1
        // With CPU hot-plug the first one is there, and each other one is a device.
        let plugged = stride(from: 2, through: count, by: 1).flatMap { ["-device", processor($0)] }
        return ["-smp", "1,sockets=1,cores=\(cores),maxcpus=\(cores)"] + plugged
    }

    func processor(_ number: Int) -> String {
        "qemu64-x86_64-cpu,id=cpu\(number),socket-id=0,core-id=\(number - 1),thread-id=0"
    }

    private func display(_ configuration: SmallConfiguration) -> [String] {
        guard !configuration.isTemplate else { return ["-vga", "none", "-nographic"] }
        return ["-boot", "menu=on,strict=on,reboot-timeout=1000"]
            + ["-vnc", "unix:\(node.sockets)/\(vmid).vnc,password=on"]
    }

    /// MiB that a VM with memory hot-plug begins with (`$STATICMEM` of Memory.pm).
    static let staticMemory = 1024
    /// MiB of the first module that is plugged.
    static let module = 512

    private func memory(_ configuration: SmallConfiguration) -> [String] {
        let size = Int(configuration["memory"] ?? "512") ?? 512
        guard configuration["numa"] == "1" else { return ["-m", "\(size)"] }
        let first = [
            "-m", "size=\(Self.staticMemory),slots=255,maxmem=65536M",
            "-object", "memory-backend-ram,id=ram-node0,size=\(Self.staticMemory)M",
            "-numa", "node,nodeid=0,cpus=0-1,memdev=ram-node0",
        ]
        guard size > Self.staticMemory else { return first }
        return first + [
            "-object", "memory-backend-ram,id=mem-dimm0,size=\(Self.module)M",
            "-device", "pc-dimm,id=dimm0,memdev=mem-dimm0,node=0",
        ]
    }

    private func chipset(_ configuration: SmallConfiguration) -> [String] {
        let bridge = ["-device", "pci-bridge,id=pci.1,chassis_nr=1,bus=pci.0,addr=0x1e"]
        if configuration.isTemplate { return bridge }
        guard configuration.isQ35 else {
            return ["-global", "PIIX4_PM.disable_s3=1", "-global", "PIIX4_PM.disable_s4=1"]
                + bridge + ["-device", "piix3-usb-uhci,id=uhci,bus=pci.0,addr=0x1.0x2"]
                + ["-device", "usb-tablet,id=tablet,bus=uhci.0,port=1"]
                + ["-device", "VGA,id=vga,bus=pci.0,addr=0x2"]
        }
        return ["-global", "ICH9-LPC.disable_s3=1", "-global", "ICH9-LPC.disable_s4=1"]
            + ["-readconfig", node.settingsFile]
            + ["-device", "usb-tablet,id=tablet,bus=ehci.0,port=1"]
            + ["-device", "VGA,id=vga,bus=pcie.0,addr=0x1"]
    }

    /// `serial0: socket`, which every VM here has.
    private var console: [String] {
        [
            "-chardev", "socket,id=serial0,path=\(consoleSocket),server=on,wait=off",
            "-device", "isa-serial,chardev=serial0",
        ]
    }

    private func drives(_ configuration: SmallConfiguration) throws -> [String] {
        let names = configuration.drives.filter { $0 != "efidisk0" }
        let controller =
            names.contains { $0.hasPrefix("scsi") }
            ? ["-device", "virtio-scsi-pci,id=scsihw0,bus=pci.0,addr=0x5"] : []
        return controller
            + names.flatMap { name in
                let volume = configuration.volume(of: name) ?? ""
                let iothread =
                    configuration.property("iothread", of: name) == "1"
                    ? ["-object", "iothread,id=iothread-\(name)"] : []
                let backend =
                    configuration.hasBlockNodes
                    ? ["-object", throttleGroup(name), "-blockdev"]
                        + [blockNodes(name, volume, readOnly: configuration.isTemplate)]
                    : ["-drive", drive(name, volume)]
                let boot = name == "scsi0" ? ",bootindex=100" : ""
                return iothread + backend
                    + ["-device", device(name, configuration) + boot]
            }
    }

    private func networks(_ configuration: SmallConfiguration) -> [String] {
        guard let value = configuration["net0"] else { return [] }
        return ["-netdev", netdev(value, script: "pve-bridge"), "-device", card(value)]
    }

    private func machine(_ configuration: SmallConfiguration, _ flash: [String]) -> String {
        // Proxmox's QEMU also knows these types with `+pve0` after them.
        let type = configuration["machine"] ?? "pc"
        return (flash + ["accel=tcg", "type=\(type)"]).joined(separator: ",")
    }
}

// MARK: - What hot-plug says, too

extension SmallQM {
    func throttleGroup(_ drive: String) -> String {
        #"{"id":"throttle-drive-\#(drive)","limits":{},"qom-type":"throttle-group"}"#
    }

    /// A throttle node on a node for the format on a node for the file.
    func blockNodes(_ drive: String, _ volume: String, readOnly: Bool = false) -> String {
        let name = hexadecimal(SHA256.hash(data: Data("drive=\(drive),volid=\(volume)".utf8)))
            .prefix(30)
        let isEFI = drive == "efidisk0"
        let common =
            #""cache":{"direct":\#(!isEFI),"no-flush":false},"detect-zeroes":"on","#
            + #""discard":"ignore","read-only":\#(readOnly)"#
        return #"{"detect-zeroes":"on","discard":"ignore","driver":"throttle","file":{\#(common),"#
            + #""driver":"\#(format(volume))","file":{\#(common),"aio":"io_uring","#
            + #""driver":"file","filename":"\#(path(volume))","node-name":"e\#(name)"},"#
            + #""node-name":"f\#(name)"},"node-name":"drive-\#(drive)","read-only":\#(readOnly),"#
            + #""throttle-group":"throttle-drive-\#(drive)"}"#
    }

    /// The same for machines before 10.0.
    func drive(_ drive: String, _ volume: String) -> String {
        "file=\(path(volume)),if=none,id=drive-\(drive),format=\(format(volume)),cache=none,"
            + "aio=io_uring,detect-zeroes=on"
    }

    func device(_ drive: String, _ configuration: SmallConfiguration) -> String {
        let number = Int(drive.drop { !$0.isNumber }) ?? 0
        guard drive.hasPrefix("virtio") else {
            return "scsi-hd,bus=scsihw0.0,channel=0,scsi-id=0,lun=\(number),drive=drive-\(drive),"
                + "id=\(drive),device_id=drive-\(drive)"
        }
        let iothread =
            configuration.property("iothread", of: drive) == "1"
            ? ",iothread=iothread-\(drive)" : ""
        return "virtio-blk-pci,drive=drive-\(drive),id=\(drive),bus=pci.0,"
            + "addr=0x\(String(slot(of: drive) ?? 0, radix: 16))\(iothread)"
    }

    /// Of a drive that is a PCI device itself (`get_pci_addr_map` of PCI.pm).
    func slot(of drive: String) -> Int? {
        guard drive.hasPrefix("virtio") else { return nil }
        return 10 + (Int(drive.drop { !$0.isNumber }) ?? 0)
    }

    /// - Parameter value: such as `virtio=BC:24:11:00:00:01,bridge=vmbr0`.
    func netdev(_ value: String, script: String) -> String {
        "type=tap,id=net0,ifname=tap\(vmid)i0,script=\(node.script(script)),"
            + "downscript=\(node.script("pve-bridgedown"))"
            // qemu-server leaves it out where the kernel has no vhost-net.
            + (unsafe access("/dev/vhost-net", F_OK) == 0 ? ",vhost=on" : "")
    }

    func card(_ value: String) -> String {
        let address = value.dropFirst("virtio=".count).prefix { $0 != "," }
        return "virtio-net-pci,mac=\(address),netdev=net0,bus=pci.0,addr=0x12,id=net0,"
            + "rx_queue_size=1024,tx_queue_size=256,host_mtu=1500"
    }

    func path(_ volume: String) -> String {
        "\(node.disks)/\(volume.drop { $0 != ":" }.dropFirst())"
    }

    func format(_ volume: String) -> String { volume.hasSuffix(".qcow2") ? "qcow2" : "raw" }

    var consoleSocket: String { "\(node.sockets)/\(vmid).serial0" }
}

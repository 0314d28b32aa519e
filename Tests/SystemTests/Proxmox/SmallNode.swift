import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// A node of a Proxmox cluster, as far as the life of a VM needs one: the cluster's files, a
/// storage, a bridge, the scripts that QEMU runs for taps, and the launcher in the place of
/// `/usr/bin/kvm`. All of it is in a folder and a network namespace of a test's own.
final class SmallNode {
    let host: StagedProxmoxHost
    /// In the place of `/run/qemu-server`.
    let sockets: String
    /// The storage's disks, a folder for each VM.
    let disks: String
    let network: SmallNetwork

    /// - Parameters:
    ///   - neighbour: a node with which this one shares its disks, but not its firmware.
    ///   - network: another one than a new one.
    init(besides neighbour: SmallNode? = nil, in network: SmallNetwork? = nil) async throws {
        host = try StagedProxmoxHost()
        sockets = "\(host.store.path)/run"
        disks = neighbour?.disks ?? "\(host.store.root)/images"
        if let network { self.network = network } else { self.network = try await SmallNetwork() }
        qemu = try ProxmoxQEMU.install(in: host.store)
        try overwrite(host.store.image, with: Self.marked(read(Machine.codeImage)))
        try makeDirectory(sockets)
        if neighbour == nil { try makeDirectory(disks) }
        try write(Data(Self.settings.utf8), to: settingsFile, mode: 0o644)
        try write(Data(bridge.utf8), to: script("pve-bridge"), mode: 0o755)
        try write(Data(bridge.utf8), to: script("pve-bridge-hotplug"), mode: 0o755)
        try write(Data(bridgeDown.utf8), to: script("pve-bridgedown"), mode: 0o755)
        try link("\(host.store.path)/kvm", to: Products.launcher)
        try configure()
    }

    /// The image that VMs ask for. It boots like Debian's, and differs from what Proxmox attaches.
    var image: Data { get throws { try read(host.store.image) } }

    /// QEMU itself, which knows `-id`.
    private let qemu: String

    /// Writes launcher.conf.
    ///
    /// - Parameter image: lines of the image's section besides its pin.
    func configure(launcher: [String] = [], image: [String] = [], sections: String = "") throws {
        try host.store.configure(
            qemu: qemu,
            launcher: ["storage-config \(host.cluster)/storage.cfg"] + launcher,
            pins: ["sha256 \(host.store.digest())"] + image,
            sections: sections,
        )
    }

    /// A call of `/usr/bin/kvm` as qemu-server makes it, but for the option that leads to this
    /// node's launcher.conf.
    func kvm(_ words: [String]) -> Child.Request {
        let own = ["\(host.store.path)/kvm", "-launcher-config", host.store.configuration]
        var request = network.inside((own + words).map { ByteString($0) } + Machine.qemuOptions)
        // qemu-server's run_command is given this umask.
        request.umask = 0o077
        return request
    }

    /// The code image that Proxmox attaches to a VM without custom firmware.
    func stockImage(isQ35: Bool) -> String {
        isQ35 ? "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd" : Machine.codeImage
    }

    /// Stands for `/usr/share/qemu-server/pve-q35-4.0.cfg`: sections of devices, whose buses the
    /// command line and QMP name.
    var settingsFile: String { "\(host.store.path)/q35.cfg" }

    private static let settings = """
        [device "ehci"]
          driver = "ich9-usb-ehci1"
          bus = "pcie.0"
          addr = "1d.7"

        [device "ich9-pcie-port-1"]
          driver = "pcie-root-port"
          bus = "pcie.0"
          addr = "1c.0"
          port = "1"
          chassis = "1"

        [device "pcidmi"]
          driver = "i82801b11-bridge"
          bus = "pcie.0"
          addr = "1e.0"

        [device "pci.0"]
          driver = "pci-bridge"
          bus = "pcidmi"
          addr = "1.0"
          chassis_nr = "1"

        """

    /// A copy with a mark in the middle of its free space, where nothing looks.
    private static func marked(_ image: Data) throws -> Data {
        let free = Data(repeating: 0xFF, count: 4096)
        let place = try #require(image.range(of: free))
        var marked = image
        marked.replaceSubrange(
            place.lowerBound + 2048..<place.lowerBound + 2060,
            with: Data("launchertest".utf8)
        )
        return marked
    }
}

// MARK: - Taps

extension SmallNode {
    func script(_ name: String) -> String { "\(host.store.path)/\(name)" }

    /// What the scripts were called with, a call a line.
    func calls() throws -> [String] {
        let file = "\(sockets)/calls"
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(decoding: read(file), as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    /// As pve-bridge does it: finds the VM's configuration by the tap's name, and connects the tap
    /// to the bridge that it names.
    private var bridge: String {
        """
        #!/bin/sh
        set -e
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        vmid=${1#tap}
        vmid=${vmid%i*}
        bridge=$(sed -n "s/^net${1##*i}: .*bridge=\\([^,]*\\).*/\\1/p" \\
            "\(host.node)/qemu-server/$vmid.conf" | head -n 1)
        ip link set dev "$1" up master "$bridge"
        echo "${0##*/} $1 $bridge" >>"\(sockets)/calls"

        """
    }

    private var bridgeDown: String {
        """
        #!/bin/sh
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        ip link set dev "$1" nomaster
        echo "${0##*/} $1" >>"\(sockets)/calls"

        """
    }
}

/// A network namespace with the bridge `vmbr0`. It lasts as long as a process is in it.
final class SmallNetwork {
    private let holder: Child

    init() async throws {
        let output = try Capture()
        let setUp =
            "ip link set lo up && ip link add vmbr0 type bridge && ip link set vmbr0 up"
            + " && echo ready && exec sleep infinity"
        holder = try Child(
            Child.Request(
                program: "/usr/bin/unshare",
                arguments: ["unshare", "--net", "/bin/sh", "-c", ByteString(setUp)],
                environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                descriptors: [
                    0: nullDevice.fileDescriptor, 1: output.file.fileDescriptor,
                    2: output.file.fileDescriptor,
                ],
            )
        )
        let isReady = try await eventually { try output.text() == "ready\n" ? true : nil }
        let said = try output.text()
        try #require(isReady == true, "\(said)")
    }

    /// A call whose words begin with the path of the program.
    func inside(_ words: [ByteString]) -> Child.Request {
        Child.Request(
            program: "/usr/bin/nsenter",
            arguments: ["nsenter", ByteString("--net=/proc/\(holder.id)/ns/net"), "--"] + words,
        )
    }

    /// The interfaces that are connected to `vmbr0`.
    func bridged() async throws -> String {
        let words: [ByteString] = ["/usr/sbin/ip", "-o", "link", "show", "master", "vmbr0"]
        return try await run(inside(words)).output
    }

    /// Why no network can be made here; `nil` if one can.
    static let missing: String? = {
        guard Machine.isRoot else { return "only root can make a network namespace" }
        guard unsafe access("/dev/net/tun", R_OK | W_OK) == 0 else { return "no /dev/net/tun" }
        let answer = try? Products.run(
            "/usr/bin/unshare",
            ["--net", "/bin/sh", "-c", "/usr/sbin/ip link add vmbr0 type bridge"]
        )
        return answer?.status == 0 ? nil : "no network namespaces with bridges here"
    }()
}

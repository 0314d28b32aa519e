import Foundation
import Glibc
package import Planning
package import Testing

/// A host that looks like one of Proxmox's: `/usr/sbin/qm` is a stand-in, and the cluster's files
/// are in a directory of a test's own. What is started on it has a mount namespace of its own, in
/// which nothing but the stand-in is in `/usr/sbin`.
package final class StagedProxmoxHost: Sendable {
    package let store: StagedHost

    package init(image: String = Machine.codeImage) throws {
        store = try StagedHost(image: image)
        try makeDirectory(programs)
        try makeDirectory(cluster)
        try makeDirectory("\(cluster)/nodes")
        try makeDirectory(node)
        try makeDirectory("\(node)/qemu-server")
        try write(Data(), to: "\(cluster)/storage.cfg", mode: 0o640)
        try configure()
    }

    private var programs: String { "\(store.path)/sbin" }
    private var calls: String { "\(store.path)/calls" }
    /// In the place of `/etc/pve`.
    package var cluster: String { "\(store.path)/pve" }
    /// This node's directory there.
    package var node: String { "\(cluster)/nodes/\(Machine.nodeName)" }

    /// Writes launcher.conf, with the cluster's storages.
    package func configure(sections: String = "", pins: [String]? = nil) throws {
        try store.configure(
            launcher: ["storage-config \(cluster)/storage.cfg"],
            pins: pins,
            sections: sections,
        )
    }

    /// The configuration of a VM, as Proxmox keeps it.
    package func addVirtualMachine(_ vmid: Int, _ text: String, node: String? = nil) throws {
        let directory = "\(node.map { "\(cluster)/nodes/\($0)" } ?? self.node)/qemu-server"
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
        try write(Data(text.utf8), to: "\(directory)/\(vmid).conf", mode: 0o640)
    }

    /// Has `qm` print this, and end with the status.
    package func answer(_ output: ByteString, status: Int = 0, complaint: String = "") throws {
        try write(Data(output.bytes), to: "\(store.path)/answer", mode: 0o644)
        try install(
            """
            #!/bin/sh
            echo "$@" >>\(calls)
            cat \(store.path)/answer
            printf %s '\(complaint)' >&2
            exit \(status)
            """
        )
    }

    /// Puts this text in `qm`'s place.
    package func install(_ script: String) throws {
        try write(Data("\(script)\n".utf8), to: "\(programs)/qm", mode: 0o755)
    }

    /// The words that `qm` was called with, a call a line.
    package func callsOfQm() throws -> [String] {
        guard FileManager.default.fileExists(atPath: calls) else { return [] }
        let text = String(decoding: try read(calls), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    /// A call of `launcherctl` on this host.
    package func launcherctl(_ words: ByteString...) -> Child.Request {
        let isolate: [ByteString] =
            ["unshare"] + (Machine.isRoot ? [] : ["--map-root-user"]) + [
                "--mount", "/bin/sh", "-c", #"mount --bind "$0" /usr/sbin && exec "$@""#,
                ByteString(programs), ByteString(Products.launcherctl),
            ]
        return Child.Request(program: "/usr/bin/unshare", arguments: isolate + words)
    }

    /// The options that lead a command line to this host's configuration, and ask for its image.
    package var firmware: [ByteString] {
        ["-launcher-config", ByteString(store.configuration)] + StagedHost.firmware
    }

    /// Whether processes can be given mounts of their own here.
    package static let isPossible: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments =
            (Machine.isRoot ? [] : ["--map-root-user"]) + [
                "--mount", "/bin/sh", "-c", "mount --bind /bin /usr/sbin",
            ]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

extension Trait where Self == ConditionTrait {
    package static var needsMounts: Self {
        .enabled(if: StagedProxmoxHost.isPossible, "no mount namespaces here, for a stand-in of qm")
    }
}

/// A QEMU that takes Proxmox's `-id NUMBER`: the one that is here, with another name for one of its
/// options.
package enum ProxmoxQEMU {
    /// It also takes a number, for a serial console on the standard streams; nobody here has one.
    private static let option = Data("echr\0".utf8)
    private static let renamed = Data("id\0\0\0".utf8)

    /// - Returns: the program's path.
    package static func install(in store: StagedHost) throws -> String {
        var program = try read(Machine.qemu)
        let place = try #require(program.range(of: option))
        try #require(program.range(of: option, in: place.upperBound..<program.count) == nil)
        program.replaceSubrange(place, with: renamed)

        // QEMU finds its data and modules by way of its own folder.
        let folder = "\(store.path)/usr"
        let own = URL(filePath: Machine.qemu).deletingLastPathComponent()
            .deletingLastPathComponent().path
        try makeDirectory(folder)
        try makeDirectory("\(folder)/bin")
        for name in ["lib", "share"] { try link("\(folder)/\(name)", to: "\(own)/\(name)") }
        let path = "\(folder)/bin/qemu-system-x86_64"
        try write(program, to: path, mode: 0o755)
        return path
    }
}

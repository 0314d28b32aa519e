import Foundation
import Host
import Planning
import TestSupport

@testable import launcherctl

/// The host that the matrix runs on, and the QEMU that it is about.
struct MatrixHost: Sendable {
    /// The program; LAUNCHER_QEMU where it is set.
    let qemu: String
    /// What that QEMU wants besides: LAUNCHER_QEMU_OPTIONS, split at blanks.
    let options: [String]
    private let help: String

    init() throws {
        qemu = Machine.qemu
        options = Machine.qemuOptions.map { String(decoding: $0.bytes, as: UTF8.self) }
        help = try Self.output(of: qemu, ["-help"])
    }

    static var isAvailable: Bool { Machine.hasQEMU }

    var version: String { help.split(separator: "\n").first.map(String.init) ?? "" }

    func has(_ requirement: MatrixRow.Requirement) -> Bool {
        switch requirement {
        case .root: geteuid() == 0
        case .namespaces: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: Self.ip)
        case .fuse: unsafe access("/dev/fuse", R_OK | W_OK) == 0 && geteuid() == 0
        case .kvm: unsafe access("/dev/kvm", R_OK | W_OK) == 0
        case .tap: unsafe access("/dev/net/tun", R_OK | W_OK) == 0 && geteuid() == 0
        case .vhostNet: unsafe access("/dev/vhost-net", R_OK | W_OK) == 0
        case .guest: Self.guest != nil
        case .renderNode: unsafe access("/dev/dri/renderD128", R_OK | W_OK) == 0
        case .address: Self.address != nil
        case .program(let path): FileManager.default.isExecutableFile(atPath: path)
        case .module(let name):
            FileManager.default.fileExists(atPath: "\(Self.modules)/\(name).so")
        case .property(let name, let device):
            (try? Self.output(of: qemu, options + ["-device", "\(device),help"]))?
                .contains("  \(name)=") ?? false
        case .kind(let name, let option):
            (try? Self.output(of: qemu, options + [option, "help"]))?
                .split { $0.isWhitespace }.contains { $0 == name } ?? false
        }
    }

    /// The folder of the guest's kernel and initial RAM disk.
    private static let guest = ProcessInfo.processInfo.environment["LAUNCHER_GUEST"]

    /// Where Debian's QEMU looks for its modules.
    private static let modules =
        ProcessInfo.processInfo.environment["QEMU_MODULE_DIR"]
        ?? "/usr/lib/x86_64-linux-gnu/qemu"

    /// The first address of the host's that a guest cannot take for its own.
    private static let address: String? = {
        let lines = (try? output(of: ip, ["-4", "-o", "addr", "show", "scope", "global"])) ?? ""
        let words = lines.split { $0.isWhitespace }
        return words.firstIndex(of: "inet")
            .flatMap { words.dropFirst($0 + 1).first?.split(separator: "/").first }
            .map(String.init)
    }()

    /// What a row's QEMU is called with, but for the monitor.
    func arguments(of row: MatrixRow, _ options: String, _ words: [String: String]) -> [String] {
        let own = options.split(separator: " ").flatMap { word in
            Self.expanded(String(word), words).split(separator: " ").map(String.init)
        }
        let base = ["-nodefaults", "-display", "none", "-m", "64"] + self.options
        guard let todo = row.guest, let guest = Self.guest else { return base + own }
        // Not by KVM, which is not everywhere, nor able to run Linux wherever it is.
        return base + [
            "-machine", "pc,accel=tcg", "-cpu", "qemu64", "-m", "256", "-no-reboot",
            "-serial", Self.expanded("file:{folder}/serial", words),
            "-kernel", "\(guest)/vmlinuz", "-initrd", "\(guest)/initrd", "-append",
            "console=ttyS0 quiet nokaslr mitigations=off no_timer_check do="
                + Self.expanded(todo, words),
        ] + own
    }

    static func expanded(_ text: String, _ words: [String: String]) -> String {
        words.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    private static let ip = "/usr/sbin/ip"

    /// What the words in braces of a row stand for.
    func words(in folder: MatrixFolder) throws -> [String: String] {
        let path = folder.path
        let hasRunAs = help.contains("\n-runas")
        let hasChroot = help.contains("\n-chroot")
        _ = try Self.output(
            of: "/usr/bin/qemu-img",
            ["create", "-q", "-f", "qcow2", "\(path)/disk.qcow2", "16M"]
        )
        _ = try Self.output(
            of: "/usr/bin/qemu-img",
            [
                "create", "-q", "-f", "qcow2", "-b", "\(path)/raw.img", "-F", "raw",
                "\(path)/overlay.qcow2",
            ]
        )
        return [
            "user": hasRunAs ? "-runas nobody" : "-run-with user=nobody",
            "chroot": hasChroot ? "-chroot \(path)" : "-run-with chroot=\(path)",
            "boot-poweroff": "-drive file=\(path)/poweroff.img,format=raw",
            "boot-exit": "-drive file=\(path)/exit.img,format=raw",
            "tap": "qlm\(UInt32.random(in: 0...99_999_999))",
            "port": "\(UInt16.random(in: 20_000...32_000))",
            "address": Self.address ?? "",
            "folder": path,
        ]
    }

    static func output(of program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}

/// A row's folder: disks, scripts, the launcher's configuration; removed with everything in it.
final class MatrixFolder: Sendable {
    let path: String

    init(
        qemu: String,
        spawn: String,
        groups: String = "",
        enclosure: Enclosure = .none,
    ) throws {
        var template = Array("/tmp/qemu-launcher-matrix-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw MatrixError.folder(errno) }
        path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        // Another user, as -runas makes one, still writes here.
        guard unsafe chmod(path, 0o755) == 0 else { throw MatrixError.folder(errno) }
        try write(
            "launcher.conf",
            "launcher: defaults\n\tqemu \(qemu)\n\tspawn \(spawn)\n\tlog none\n"
                + (groups.isEmpty ? "" : "\tgroups \(groups)\n")
                + enclosure.settings(for: path)
        )
        try write("raw.img", bytes: [UInt8](repeating: 0, count: 1 << 20))
        try write(
            "up",
            "#!/bin/sh\nip link show dev \"$1\" >/dev/null && echo up >\(path)/up.log\n"
        )
        try write(
            "down",
            "#!/bin/sh\nls -l /etc | wc -l >/dev/null && echo down >\(path)/down.log\n"
        )
        try write(
            "up-namespace",
            "#!/bin/sh\nset -e\ngrep -q ' /run/netns ' /proc/mounts || own=yes\nip netns add \"$1\"\n"
                + "ip netns exec \"$1\" ip -o link show dev lo | cut -d: -f2 >\(path)/namespace.log\n"
                + "ip netns del \"$1\"\n[ -z \"$own\" ] || umount /run/netns\n"
        )
        try write(
            "ring.cfg",
            "[drive \"d\"]\n  if = \"none\"\n  format = \"raw\"\n  file = \"\(path)/raw.img\"\n"
                + "  aio = \"io_uring\"\n"
        )
        // A FUSE export takes the place of a file.
        try write("export", "nothing is exported\n")
        try write("poweroff.img", bytes: Self.bootSector(Self.powerOff))
        try write("exit.img", bytes: Self.bootSector(Self.exitSeven))
        try makeFolders()
        for script in ["up", "down", "up-namespace"]
        where unsafe chmod("\(path)/\(script)", 0o755) != 0 {
            throw MatrixError.folder(errno)
        }
    }

    /// What is restricted besides system calls.
    enum Enclosure {
        case none, capabilities, filesAndCapabilities

        /// The folder is a storage: QMP may name files in it that the command line does not.
        func settings(for path: String) -> String {
            let url = URL(filePath: path)
            return switch self {
            case .none: ""
            case .capabilities: "\tcapabilities drop\n"
            case .filesAndCapabilities:
                """
                \tlandlock enforce
                \tcapabilities drop

                dir: matrix
                \tpath \(url.deletingLastPathComponent().path)
                \tcontent-dirs images=\(url.lastPathComponent)

                """
            }
        }
    }

    /// Folders that a guest shares, one that another user may write to, and one with settings.
    private func makeFolders() throws {
        let names = [
            "mapped-xattr", "mapped-file", "passthrough", "none", "share", "home", "nobody",
        ]
        for name in names {
            try FileManager.default.createDirectory(
                atPath: "\(path)/\(name)",
                withIntermediateDirectories: false
            )
        }
        try write("home/.jackdrc", "/usr/bin/jackd -T -d dummy\n")
        try write("ceph", Self.cluster(path))
        if geteuid() == 0, unsafe chown("\(path)/nobody", Self.nobody, Self.nobody) != 0 {
            throw MatrixError.folder(errno)
        }
    }

    /// A cluster of Ceph that is one monitor: its argument is the port. It has a pool and nobody to
    /// read it from, so a client connects, makes its admin socket, and waits two seconds in vain.
    private static func cluster(_ path: String) -> String {
        """
        #!/bin/sh
        set -e
        cd \(path)
        cat >ceph.conf <<CONF
        [global]
        fsid = 11111111-2222-3333-4444-555555555555
        mon_host = v1:127.0.0.1:$1
        mon_initial_members = a
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        log_file = /dev/null
        [mon]
        run_dir = \(path)
        admin_socket = \(path)/mon.asok
        mon_data_avail_crit = 0
        [client]
        keyring = /dev/null
        rados_osd_op_timeout = 2
        [client.matrix]
        admin_socket = \(path)/ceph.asok
        admin_socket_mode = 0770
        CONF
        monmaptool --create --fsid 11111111-2222-3333-4444-555555555555 \\
            --addv a "[v1:127.0.0.1:$1]" monmap
        own="-i a -c ceph.conf --mon-data \(path)/mon --setuser root --setgroup root"
        ceph-mon --mkfs --monmap monmap $own
        (ceph -c ceph.conf osd pool create p 1 && : >ceph.ready) &
        exec ceph-mon -f $own

        """
    }

    /// As Debian numbers nobody and nogroup.
    private static let nobody: UInt32 = 65_534

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ text: String) throws { try write(name, bytes: Array(text.utf8)) }

    func write(_ name: String, bytes: [UInt8]) throws {
        let url = URL(filePath: "\(path)/\(name)")
        try Data(bytes).write(to: url)
    }

    /// Waits a little for it: another program may still be writing.
    func content(_ name: String) -> String {
        for _ in 0..<40 {
            let data = FileManager.default.contents(atPath: "\(path)/\(name)")
            if let data, !data.isEmpty || name == "log" || name == "serial" {
                return String(decoding: data, as: UTF8.self)
            }
            usleep(50_000)
        }
        return "(no such file)"
    }

    /// mov dx, 0x604; mov ax, 0x2000; out dx, ax: what ACPI writes to turn the machine off, at
    /// the port where SeaBIOS puts the power management of `pc`.
    private static let powerOff: [UInt8] = [0xBA, 0x04, 0x06, 0xB8, 0x00, 0x20, 0xEF]
    /// mov dx, 0x501; mov al, 3; out dx, al: isa-debug-exit makes a status of 7 of that.
    private static let exitSeven: [UInt8] = [0xBA, 0x01, 0x05, 0xB0, 0x03, 0xEE]

    private static func bootSector(_ code: [UInt8]) -> [UInt8] {
        let halt: [UInt8] = [0xF4, 0xEB, 0xFD]
        let body = code + halt
        return body + [UInt8](repeating: 0, count: 510 - body.count) + [0x55, 0xAA]
    }
}

enum MatrixError: Error {
    case folder(Int32)
    /// What was waited for did not come; with what QEMU wrote.
    case timeout(String)
}

/// A place in the kernel's log, to tell what came after it.
struct KernelLogMark {
    /// The number of the last record before; `nil` where the log may not be read.
    private let last: Int?

    init() {
        last = (try? KernelLog.content()).map { log in
            log.bytes.split(separator: UInt8(ascii: "\n")).compactMap { Self.number(of: $0) }.max()
                ?? 0
        }
    }

    struct Records {
        /// What seccomp did, in words.
        let text: String
        let summary: String
    }

    /// What the log says about these processes since then, but for what every start tries and does
    /// without: the rings of event loops.
    func records(of processIDs: Set<Int>) -> Records {
        guard let newer else { return Records(text: "", summary: "log not readable") }
        let lines = newer.filter { SeccompRecord(parsing: ByteString($0))?.number != Self.ring }
        let recent = ByteString(lines.joined(separator: [UInt8(ascii: "\n")]))
        let text = processIDs.sorted().map { LogExplanation(recent, of: $0).text }.joined()
        let isWhole = !String(decoding: recent.bytes, as: UTF8.self).contains("suppressed")
        return Records(
            text: text,
            summary: text.isEmpty ? (isWhole ? "none" : "none seen") : "RECORDED"
        )
    }

    /// Every record about these processes since then; `nil` where the log cannot be read.
    func all(of processIDs: Set<Int>) -> [SeccompRecord]? {
        newer?.compactMap { SeccompRecord(parsing: ByteString($0)) }
            .filter { processIDs.contains($0.processID) }
    }

    /// The lines since then; `nil` where the log cannot be read.
    private var newer: [ArraySlice<UInt8>]? {
        guard let last, let log = try? KernelLog.content() else { return nil }
        return log.bytes.split(separator: UInt8(ascii: "\n"))
            .filter { line in Self.number(of: line).map { $0 > last } ?? false }
    }

    private static let ring = Syscall.io_uring_setup.rawValue

    /// As `6,1234,987654321,-;text`: the second field.
    private static func number(of line: ArraySlice<UInt8>) -> Int? {
        let fields = line.split(separator: UInt8(ascii: ","), maxSplits: 2)
        return fields.count == 3 ? Int(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}

import Foundation

/// The host that the matrix runs on, and the QEMU that it is about.
struct MatrixHost: Sendable {
    /// The program; LAUNCHER_QEMU where it is set.
    let qemu: String
    /// What that QEMU wants besides: LAUNCHER_QEMU_OPTIONS, split at blanks.
    let options: [String]
    private let help: String

    init() throws {
        let environment = ProcessInfo.processInfo.environment
        qemu = environment["LAUNCHER_QEMU"] ?? "/usr/bin/qemu-system-x86_64"
        options = (environment["LAUNCHER_QEMU_OPTIONS"] ?? "").split(separator: " ").map(
            String.init
        )
        help = try Self.output(of: qemu, ["-help"])
    }

    static var isAvailable: Bool {
        let path =
            ProcessInfo.processInfo.environment["LAUNCHER_QEMU"] ?? "/usr/bin/qemu-system-x86_64"
        return FileManager.default.isExecutableFile(atPath: path)
    }

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

import Foundation

/// A row's folder: disks, scripts, the launcher's configuration; removed with everything in it.
final class MatrixFolder: Sendable {
    let path: String

    /// - Parameter isEnclosed: whether files and capabilities are restricted, too.
    init(qemu: String, spawn: String, groups: String = "", isEnclosed: Bool = false) throws {
        var template = Array("/tmp/qemu-launcher-matrix-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw MatrixError.folder(errno) }
        path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        // Another user, as -runas makes one, still writes here.
        guard unsafe chmod(path, 0o755) == 0 else { throw MatrixError.folder(errno) }
        try write(
            "launcher.conf",
            "launcher: defaults\n\tqemu \(qemu)\n\tspawn \(spawn)\n\tlog none\n"
                + (groups.isEmpty ? "" : "\tgroups \(groups)\n")
                + (isEnclosed ? Self.enclosure(path) : "")
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
        for script in ["up", "down", "up-namespace"]
        where unsafe chmod("\(path)/\(script)", 0o755) != 0 {
            throw MatrixError.folder(errno)
        }
    }

    /// The folder is a storage: QMP may name files in it that the command line does not.
    static func enclosure(_ path: String) -> String {
        let url = URL(filePath: path)
        return """
            \tlandlock enforce
            \tcapabilities drop

            dir: matrix
            \tpath \(url.deletingLastPathComponent().path)
            \tcontent-dirs images=\(url.lastPathComponent)

            """
    }

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

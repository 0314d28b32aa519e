import Foundation

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

import TestSupport

extension MatrixRow {
    private static let raw = "if=none,id=d,format=raw,file={folder}/raw.img"
    private static let image = "-device virtio-blk-pci,drive=d"
    private static let quit = Step.qmp("quit")

    private static let requests = requests(of: "d")

    /// - Parameter drive: its ID. A node that a device uses has none; then `-d` and the device's path.
    private static func requests(of drive: String) -> [Step] {
        [
            "write -P 7 0 128k", "read -P 7 0 128k", "discard 0 64k", "write -z 64k 64k", "flush",
        ].map { .hmp("qemu-io \(drive) \"\($0)\"") } + [quit]
    }

    /// Disks and what is done with them.
    static let disks: [MatrixRow] = [
        MatrixRow("disk: threads", "-drive \(raw),aio=threads \(image)", requests),
        MatrixRow(
            "disk: threads, direct",
            "-drive \(raw),aio=threads,cache=none \(image)",
            requests
        ),
        MatrixRow("disk: native", "-drive \(raw),aio=native,cache=none \(image)", requests),
        MatrixRow("disk: io_uring", "-drive \(raw),aio=io_uring,cache=none \(image)", requests),
        MatrixRow(
            "disk: io_uring by JSON",
            #"-blockdev {"driver":"file","node-name":"d","filename":"{folder}/raw.img","#
                + #""aio":"io_uring","cache":{"direct":true}} -device virtio-blk-pci,drive=d"#,
            requests(of: "-d /machine/peripheral-anon/device[0]/virtio-backend")
        ),
        MatrixRow(
            "disk: discard",
            "-drive \(raw),discard=unmap,detect-zeroes=unmap \(image)",
            requests
        ),
        MatrixRow(
            "iothread",
            "-object iothread,id=t -drive \(raw) -device virtio-blk-pci,drive=d,iothread=t",
            [.qmp("query-iothreads"), quit]
        ),
        MatrixRow("throwaway snapshot", "-snapshot -drive \(raw) \(image)", requests),
        MatrixRow(
            "folder of the host",
            "-virtfs local,path={folder},mount_tag=f,security_model=mapped-xattr",
            [quit],
            needs: [.root]
        ),
        MatrixRow(
            "mirror",
            "-drive if=none,id=d,file={folder}/disk.qcow2 \(image)",
            [
                .qmp(
                    "drive-mirror",
                    #"{"device":"d","target":"{folder}/copy.qcow2","sync":"full","job-id":"j"}"#
                ),
                .event("BLOCK_JOB_READY"), .qmp("block-job-complete", #"{"device":"j"}"#),
                .event("BLOCK_JOB_COMPLETED"), quit,
            ]
        ),
        MatrixRow(
            "backup",
            "-drive if=none,id=d,file={folder}/disk.qcow2 \(image)",
            [
                .qmp(
                    "drive-backup",
                    #"{"device":"d","target":"{folder}/copy.qcow2","sync":"full","job-id":"j"}"#
                ),
                .event("BLOCK_JOB_COMPLETED"), quit,
            ]
        ),
        MatrixRow(
            "overlay and commit",
            "-drive if=none,id=d,file={folder}/disk.qcow2 \(image)",
            [
                .qmp(
                    "blockdev-snapshot-sync",
                    #"{"device":"d","snapshot-file":"{folder}/copy.qcow2"}"#
                ),
                .hmp("qemu-io d \"write 0 64k\""),
                .qmp("block-commit", #"{"device":"d","job-id":"j"}"#),
                .event("BLOCK_JOB_READY"), .qmp("block-job-complete", #"{"device":"j"}"#),
                .event("BLOCK_JOB_COMPLETED"), quit,
            ]
        ),
        MatrixRow(
            "network block device",
            "-blockdev qcow2,node-name=n,file.driver=file,file.filename={folder}/disk.qcow2",
            [
                .qmp(
                    "nbd-server-start",
                    #"{"addr":{"type":"unix","data":{"path":"{folder}/nbd"}}}"#
                ),
                .qmp(
                    "block-export-add",
                    #"{"type":"nbd","id":"e","node-name":"n","writable":false}"#
                ),
                .connect("nbd", 18), .qmp("nbd-server-stop"), quit,
            ]
        ),
    ]

    /// `aio=io_uring` in the forms that it can be written in.
    static let rings: [MatrixRow] = [
        MatrixRow(
            "disk: io_uring by keys of its file",
            "-drive if=none,id=d,driver=raw,file.driver=file,file.filename={folder}/raw.img,"
                + "file.aio=io_uring \(image)",
            requests
        ),
        MatrixRow(
            "disk: io_uring by a JSON name",
            #"-drive if=none,id=d,file=json:{"driver":"raw",,"file":{"driver":"file",,"#
                + #""filename":"{folder}/raw.img",,"aio":"io_uring"}} \#(image)"#,
            requests
        ),
        MatrixRow(
            "disk: io_uring by -set",
            "-drive \(raw) -set drive.d.aio=io_uring \(image)",
            requests
        ),
        MatrixRow(
            "disk: io_uring by a file of settings",
            "-readconfig {folder}/ring.cfg \(image)",
            requests
        ),
        MatrixRow(
            "disk: io_uring below an overlay",
            "-drive if=none,id=d,file={folder}/overlay.qcow2,backing.driver=raw,"
                + "backing.file.driver=file,backing.file.filename={folder}/raw.img,"
                + "backing.file.aio=io_uring \(image)",
            [.hmp("qemu-io d \"read 0 64k\""), quit]
        ),
    ]

    /// Saving, loading and moving a machine.
    static let state: [MatrixRow] = [
        MatrixRow(
            "savevm and loadvm",
            "-drive if=none,id=d,file={folder}/disk.qcow2 \(image)",
            [.hmp("savevm a"), .hmp("loadvm a"), .hmp("delvm a"), quit]
        ),
        MatrixRow(
            "migration: unix",
            "",
            migration("unix:{folder}/migration", multifd: false),
            destination: "-incoming defer"
        ),
        MatrixRow(
            "migration: tcp",
            "",
            migration("tcp:127.0.0.1:{port}", multifd: false),
            destination: "-incoming defer"
        ),
        MatrixRow(
            "migration: tcp, many channels",
            "",
            migration("tcp:127.0.0.1:{port}", multifd: true),
            destination: "-incoming defer"
        ),
        MatrixRow(
            "migration: postcopy",
            "",
            postcopy(["postcopy-ram"]),
            destination: "-incoming defer",
            needs: [.root]
        ),
        MatrixRow(
            "migration: postcopy, preempted",
            "",
            postcopy(["postcopy-ram", "postcopy-preempt"]),
            destination: "-incoming defer",
            needs: [.root]
        ),
        MatrixRow(
            "migration: postcopy, locked memory",
            "",
            postcopy(["postcopy-ram"]),
            destination: "-incoming defer -overcommit mem-lock=on",
            needs: [.root]
        ),
        MatrixRow(
            "background snapshot",
            "",
            [
                .qmp("migrate-set-capabilities", on(["background-snapshot"])),
                .qmp("migrate", #"{"uri":"exec:cat >{folder}/state"}"#),
                .until("query-migrate", "completed"), quit,
            ],
            spawn: "allow",
            groups: "postcopy",
            needs: [.root]
        ),
        MatrixRow(
            "migration: exec",
            "",
            [
                .qmp("migrate", #"{"uri":"exec:cat >{folder}/state"}"#),
                .until("query-migrate", "completed"), quit,
            ],
            spawn: "allow"
        ),
        MatrixRow(
            "memory dumps",
            "",
            [
                .qmp("dump-guest-memory", #"{"paging":false,"protocol":"file:{folder}/dump"}"#),
                .hmp("pmemsave 0 4096 \"{folder}/page\""), quit,
            ]
        ),
    ]

    private static func on(_ capabilities: [String]) -> String {
        let items = capabilities.map { #"{"capability":"\#($0)","state":true}"# }
        return #"{"capabilities":[\#(items.joined(separator: ","))]}"#
    }

    /// Slow enough that memory is still missing when the guest begins to run on the other side.
    private static func postcopy(_ capabilities: [String]) -> [Step] {
        [
            .qmp("migrate-set-capabilities", on(capabilities)),
            .remote("migrate-set-capabilities", on(capabilities)),
            .qmp("migrate-set-parameters", #"{"max-bandwidth":100000}"#),
            .remote("migrate-incoming", #"{"uri":"tcp:127.0.0.1:{port}"}"#),
            .qmp("migrate", #"{"uri":"tcp:127.0.0.1:{port}"}"#),
            .until("query-migrate", #""status":"active""#), .qmp("migrate-start-postcopy"),
            .until("query-migrate", "completed"), .remoteUntil("query-status", "running"),
            .remoteUntil("query-migrate", "completed"), .remote("quit"), quit,
        ]
    }

    private static func migration(_ address: String, multifd: Bool) -> [Step] {
        let capability = on(["multifd"])
        let channels: [Step] =
            multifd
            ? [
                .qmp("migrate-set-capabilities", capability),
                .remote("migrate-set-capabilities", capability),
            ] : []
        return channels + [
            .remote("migrate-incoming", #"{"uri":"\#(address)"}"#),
            .qmp("migrate", #"{"uri":"\#(address)"}"#),
            .until("query-migrate", "completed"), .remoteUntil("query-status", "running"),
            .remote("quit"), quit,
        ]
    }
}

import Glibc

extension MatrixRow {
    private static let quit = Step.qmp("quit")

    /// Processors, memory and privileges.
    static let machines: [MatrixRow] = [
        MatrixRow("tcg", "-machine q35,accel=tcg -smp 2", [.qmp("query-status"), quit]),
        MatrixRow(
            "kvm",
            "-machine q35,accel=kvm -smp 2",
            [.qmp("query-kvm"), .qmp("stop"), quit],
            needs: [.kvm]
        ),
        MatrixRow("memory: ram", memory("ram"), [.hmp("info memdev"), quit]),
        MatrixRow("memory: memfd", memory("memfd,share=on"), [.hmp("info memdev"), quit]),
        MatrixRow(
            "memory: file",
            memory("file,share=on,mem-path=/dev/shm"),
            [.hmp("info memdev"), quit]
        ),
        MatrixRow("memory: prealloc", memory("ram,prealloc=on,prealloc-threads=2"), [quit]),
        MatrixRow("memory: numa policy", memory("ram,host-nodes=0,policy=bind"), [quit]),
        MatrixRow("memory: no huge pages", memory("memfd,hugetlb=on"), fails: true),
        MatrixRow("memory: locked", "-overcommit mem-lock=on", [quit], needs: [.root]),
        MatrixRow(
            "thread context",
            "-object thread-context,id=t,cpu-affinity=0 "
                + "-object memory-backend-ram,id=m,size=64M,prealloc=on,prealloc-context=t",
            [quit]
        ),
        MatrixRow(
            "QEMU's own sandbox",
            "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            [.qmp("query-status"), quit]
        ),
        MatrixRow("daemonize", "-daemonize -pidfile {folder}/pid", [.qmp("query-status"), quit]),
        MatrixRow("another user", "{user}", [.qmp("query-status"), quit], needs: [.root]),
        MatrixRow("chroot", "{chroot}", [.qmp("query-status"), quit], needs: [.root]),
    ]

    private static func memory(_ backend: String) -> String {
        "-machine q35,memory-backend=m -m 64 -object memory-backend-\(backend),id=m,size=64M"
    }

    /// How a QEMU ends: by itself, by its guest, by others.
    static let ends: [MatrixRow] = [
        MatrixRow("quit", "", [quit]),
        MatrixRow("SIGTERM", "", [.signal(SIGTERM)]),
        MatrixRow("SIGINT", "", [.signal(SIGINT)]),
        MatrixRow("SIGABRT", "", [.signal(SIGABRT)]),
        MatrixRow("SIGSEGV", "", [.signal(SIGSEGV)]),
        MatrixRow("guest poweroff", "-no-reboot {boot-poweroff}"),
        MatrixRow("guest exit", "-device isa-debug-exit {boot-exit}"),
        MatrixRow(
            "reset and powerdown",
            "",
            [.qmp("system_reset"), .qmp("system_powerdown"), quit]
        ),
        MatrixRow("unknown device", "-device no-such-device", fails: true),
        MatrixRow("missing image", "-drive file={folder}/none,format=raw", fails: true),
        MatrixRow("missing firmware", "-bios {folder}/none", fails: true),
        MatrixRow("help", "-device help", fails: true),
        MatrixRow("version", "-version"),
    ]
}

import TestSupport

extension MatrixRow {
    private static let quit = Step.qmp("quit")

    static let hotplug: [MatrixRow] = [
        MatrixRow("plug a disk", "-machine pc", plugDisk(aio: "threads")),
        MatrixRow("plug a disk, native", "-machine pc", plugDisk(aio: "native")),
        MatrixRow(
            "plug a disk as Proxmox does",
            "-machine pc -device virtio-scsi-pci,id=virtioscsi1",
            plugDiskOfProxmox
        ),
        MatrixRow(
            "plug a bridged network as Proxmox does",
            "-machine pc",
            [
                .qmp(
                    "netdev_add",
                    #"{"type":"tap","id":"net1","ifname":"{tap}","script":"{folder}/up","#
                        + #""downscript":"{folder}/down"}"#
                ),
                .file("up.log"),
                .qmp(
                    "device_add",
                    #"{"driver":"virtio-net-pci","netdev":"net1","id":"net1","#
                        + #""mac":"BC:24:11:00:00:01"}"#
                ), quit, .file("down.log"),
            ],
            spawn: "allow",
            needs: [.tap],
            underLandlock: .refused
        ),
        MatrixRow(
            "plug a second bridged network as Proxmox does",
            "-machine pc -netdev tap,id=net0,ifname={tap}n,script={folder}/up,"
                + "downscript={folder}/down -device e1000,netdev=net0",
            [
                .qmp(
                    "netdev_add",
                    #"{"type":"tap","id":"net1","ifname":"{tap}","script":"{folder}/up","#
                        + #""downscript":"{folder}/down"}"#
                ),
                .file("up.log"),
                .qmp(
                    "device_add",
                    #"{"driver":"virtio-net-pci","netdev":"net1","id":"net1","#
                        + #""mac":"BC:24:11:00:00:01"}"#
                ), quit, .file("down.log"),
            ],
            spawn: "allow",
            needs: [.tap]
        ),
        MatrixRow(
            "plug a network",
            "-machine pc",
            [
                .qmp("netdev_add", #"{"type":"user","id":"n"}"#),
                .qmp("device_add", #"{"driver":"virtio-net-pci","netdev":"n","id":"e"}"#),
                .qmp("device_del", #"{"id":"e"}"#), quit,
            ]
        ),
        MatrixRow(
            "plug memory",
            "-machine pc -m 128,slots=2,maxmem=1G",
            [
                .qmp(
                    "object-add",
                    #"{"qom-type":"memory-backend-ram","id":"m","size":134217728}"#
                ),
                .qmp("device_add", #"{"driver":"pc-dimm","memdev":"m","id":"d"}"#),
                .hmp("info memory_size_summary"), quit,
            ]
        ),
        MatrixRow(
            "plug a processor",
            "-machine pc,accel=tcg -cpu qemu64 -smp 1,sockets=2,cores=1,threads=1,maxcpus=2",
            [
                .qmp(
                    "device_add",
                    #"{"driver":"qemu64-x86_64-cpu","socket-id":1,"core-id":0,"thread-id":0}"#
                ),
                .until("query-cpus-fast", #""cpu-index":1"#), quit,
            ]
        ),
        MatrixRow(
            "plug USB",
            "-machine pc -device qemu-xhci,id=x",
            [
                .qmp("device_add", #"{"driver":"usb-tablet","bus":"x.0","id":"u"}"#),
                .qmp("device_del", #"{"id":"u"}"#), quit,
            ]
        ),
        MatrixRow(
            "plug an iothread and a chardev",
            "-machine pc",
            [
                .qmp("object-add", #"{"qom-type":"iothread","id":"t"}"#),
                .qmp(
                    "chardev-add",
                    #"{"id":"c","backend":{"type":"socket","data":{"addr":{"type":"unix","#
                        + #""data":{"path":"{folder}/chardev"}},"server":true,"wait":false}}}"#
                ),
                .qmp("object-del", #"{"id":"t"}"#), quit,
            ]
        ),
    ]

    /// What only QMP asks for: the configuration adds the group.
    static let later: [MatrixRow] = [
        MatrixRow(
            "plug a disk with io_uring",
            "-machine pc",
            plugDisk(aio: "io_uring"),
            groups: "io-uring"
        ),
        MatrixRow(
            "plug memory on a node",
            "-machine pc -m 128,slots=2,maxmem=1G",
            [
                .qmp(
                    "object-add",
                    #"{"qom-type":"memory-backend-ram","id":"m","size":134217728,"#
                        + #""host-nodes":[0],"policy":"bind","prealloc":true}"#
                ),
                .qmp("device_add", #"{"driver":"pc-dimm","memdev":"m","id":"d"}"#), quit,
            ],
            groups: "numa"
        ),
        MatrixRow(
            "plug a thread context",
            "",
            [
                .qmp("object-add", #"{"qom-type":"thread-context","id":"t","cpu-affinity":[0]}"#),
                quit,
            ],
            groups: "scheduling"
        ),
        MatrixRow(
            "export a disk by FUSE",
            "-blockdev raw,node-name=n,file.driver=file,file.filename={folder}/raw.img",
            [
                .qmp(
                    "block-export-add",
                    #"{"type":"fuse","id":"e","node-name":"n","mountpoint":"{folder}/export"}"#
                ),
                .file("export"), .qmp("block-export-del", #"{"id":"e"}"#), quit,
            ],
            // libfuse of Debian 13 starts mount(8).
            spawn: "allow",
            groups: "fuse",
            needs: [.fuse],
            underLandlock: .mounts
        ),
    ]

    /// qemu-server's Blockdev.pm `attach` and QemuServer.pm `vm_deviceplug`: a throttle group, the
    /// nodes on top of one another, then the device; and back.
    private static let plugDiskOfProxmox: [Step] = [
        .qmp(
            "object-add",
            #"{"qom-type":"throttle-group","id":"throttle-drive-scsi1","limits":{}}"#
        ),
        .qmp(
            "blockdev-add",
            #"{"driver":"throttle","node-name":"drive-scsi1","throttle-group":"#
                + #""throttle-drive-scsi1","detect-zeroes":"on","discard":"ignore","#
                + #""file":{"driver":"raw","node-name":"f1","detect-zeroes":"on","#
                + #""cache":{"direct":true,"no-flush":false},"file":{"driver":"file","#
                + #""node-name":"e1","aio":"native","filename":"{folder}/raw.img","#
                + #""cache":{"direct":true,"no-flush":false}}}}"#
        ),
        .qmp(
            "device_add",
            #"{"driver":"scsi-hd","bus":"virtioscsi1.0","channel":0,"scsi-id":0,"lun":1,"#
                + #""drive":"drive-scsi1","id":"scsi1","device_id":"drive-scsi1"}"#
        ),
        .hmp("qemu-io -d scsi1 \"write 0 64k\""),
        .qmp("device_del", #"{"id":"scsi1"}"#),
        .event("DEVICE_DELETED"),
        .qmp("blockdev-del", #"{"node-name":"drive-scsi1"}"#),
        .qmp("object-del", #"{"id":"throttle-drive-scsi1"}"#), quit,
    ]

    private static func plugDisk(aio: String) -> [Step] {
        [
            .qmp(
                "blockdev-add",
                #"{"driver":"raw","node-name":"d","file":{"driver":"file","aio":"\#(aio)","#
                    + #""filename":"{folder}/raw.img","cache":{"direct":true}}}"#
            ),
            .qmp("device_add", #"{"driver":"virtio-blk-pci","drive":"d","id":"e"}"#),
            .hmp("qemu-io -d /machine/peripheral/e/virtio-backend \"write 0 64k\""),
            .qmp("device_del", #"{"id":"e"}"#), quit,
        ]
    }
}

/// Libraries of the host that start, ask or talk to programs of the host.
extension MatrixRow {
    private static let quit = Step.qmp("quit")

    static let companions: [MatrixRow] = [
        // Nobody has the image: librados makes its admin socket, gives up, and QEMU ends.
        MatrixRow(
            "disk: Ceph with an admin socket",
            "-drive driver=rbd,if=none,id=d,pool=p,image=i,user=matrix,"
                + "conf={folder}/ceph.conf",
            companions: [
                Companion(
                    command: "/bin/sh {folder}/ceph {port}",
                    makes: "{folder}/ceph.ready"
                )
            ],
            early: [.mode("ceph.asok"), .ask("ceph.asok", #"{"prefix":"version"}"#, 16)],
            needs: [
                .root, .module("block-rbd"), .program("/usr/bin/ceph-mon"),
                .program("/usr/bin/ceph"), .program("/usr/bin/monmaptool"),
            ],
            fails: true
        ),
        MatrixRow(
            "sound: JACK, whose server is started",
            "-audiodev jack,id=a,out.start-server=on,in.start-server=on,"
                + "out.server-name={tap},in.server-name={tap} -device AC97,audiodev=a",
            [.program("/usr/bin/jack_lsp -s {tap}"), quit],
            environment: ["HOME": "{folder}/home"],
            needs: [
                .module("audio-jack"), .program("/usr/bin/jackd"), .program("/usr/bin/jack_lsp"),
            ]
        ),
        MatrixRow(
            "display: GTK",
            "-display gtk -vga std",
            [.program("/usr/bin/xwininfo -display :{port} -name QEMU -stats"), quit],
            companions: [
                Companion(
                    command: "/usr/bin/Xvfb :{port} -screen 0 1024x768x24 -nolisten tcp",
                    makes: "/tmp/.X11-unix/X{port}"
                )
            ],
            environment: ["DISPLAY": ":{port}"],
            needs: [
                .module("ui-gtk"), .program("/usr/bin/Xvfb"), .program("/usr/bin/xwininfo"),
            ]
        ),
        MatrixRow(
            "display: Vulkan in the guest",
            "-machine q35 -display egl-headless -device virtio-gpu-gl-pci,venus=on,blob=on,"
                + "hostmem=64M",
            [.qmp("query-status"), .qmp("system_reset"), quit],
            needs: [.renderNode, .property("venus", of: "virtio-gpu-gl-pci")]
        ),
    ]
}

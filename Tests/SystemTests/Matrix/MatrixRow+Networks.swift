extension MatrixRow {
    private static let quit = Step.qmp("quit")

    static let networks: [MatrixRow] = [
        MatrixRow(
            "net: user",
            "-netdev user,id=n,hostfwd=tcp:127.0.0.1:{port}-:22 -device virtio-net-pci,netdev=n",
            [.hmp("info usernet"), quit]
        ),
        MatrixRow(
            "net: tap",
            "-netdev tap,id=n,ifname={tap},script=no,downscript=no "
                + "-device virtio-net-pci,netdev=n",
            [.qmp("query-status"), quit],
            needs: [.tap]
        ),
        MatrixRow(
            "net: tap with scripts",
            "-netdev tap,id=n,ifname={tap},script={folder}/up,downscript={folder}/down "
                + "-device virtio-net-pci,netdev=n",
            [.file("up.log"), quit, .file("down.log")],
            needs: [.tap]
        ),
        MatrixRow(
            "net: tap with a script in another network namespace",
            "-netdev tap,id=n,ifname={tap},script={folder}/up-namespace,downscript=no "
                + "-device virtio-net-pci,netdev=n",
            [.file("namespace.log"), quit],
            needs: [.tap, .namespaces],
            underLandlock: .mounts
        ),
        MatrixRow(
            "net: tap, vhost",
            "-netdev tap,id=n,ifname={tap},script=no,downscript=no,vhost=on "
                + "-device virtio-net-pci,netdev=n",
            [.qmp("query-status"), quit],
            needs: [.tap, .vhostNet]
        ),
        MatrixRow(
            "net: socket",
            "-netdev socket,id=n,listen=127.0.0.1:{port} -device e1000,netdev=n",
            [.qmp("query-status"), quit]
        ),
    ]
}

/// What a real Linux guest does with a device, to the end.
extension MatrixRow {
    private static let network = "-device virtio-net-pci,netdev=n"

    static let guests: [MatrixRow] = [
        MatrixRow(
            "folder of the host, used by a guest",
            ["mapped-xattr", "mapped-file", "passthrough", "none"].map {
                "-virtfs local,path={folder}/\($0),mount_tag=\($0),security_model=\($0)"
            }.joined(separator: " "),
            [.guest],
            guest: "9p",
            needs: [.root],
            underLandlock: .sameBut(devices)
        ),
        MatrixRow(
            "net: user, with a share, used by a guest",
            "-netdev user,id=n,smb={folder}/share \(network)",
            [.guest],
            guest: "smb=10.0.2.4",
            needs: [.root, .program("/usr/sbin/smbd")]
        ),
        MatrixRow(
            "net: user, a guest pings",
            "-netdev user,id=n \(network)",
            [.guest],
            guest: "ping={address}",
            needs: [.root, .address]
        ),
        MatrixRow(
            "net: vde with a switch of another user, a guest pings",
            "-netdev vde,id=n,sock={folder}/nobody/switch \(network)",
            [.guest],
            guest: "ping=10.0.2.2",
            companions: [
                Companion(
                    command: "\(asNobody) /usr/bin/vde_switch -s {folder}/nobody/switch",
                    makes: "{folder}/nobody/switch/ctl"
                ),
                Companion(
                    command: "\(asNobody) /usr/bin/slirpvde -s {folder}/nobody/switch"
                        + " -p {folder}/nobody/slirp.pid",
                    makes: "{folder}/nobody/slirp.pid"
                ),
            ],
            needs: [
                .root, .kind("vde", of: "-netdev"), .program("/usr/bin/vde_switch"),
                .program("/usr/bin/slirpvde"),
            ]
        ),
    ]

    /// Nobody makes devices under Landlock: who has one can write to the host's disks.
    private static let devices = ["passthrough", "none"].flatMap { model in
        ["mknod-char", "mknoded-char", "mknod-block", "mknoded-block", "unlink"].map {
            "\(model) \($0):"
        }
    }

    private static let asNobody =
        "/usr/bin/setpriv --reuid=nobody --regid=nogroup --clear-groups"
}

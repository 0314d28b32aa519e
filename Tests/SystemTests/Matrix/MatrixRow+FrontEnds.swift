extension MatrixRow {
    private static let quit = Step.qmp("quit")

    /// Where a person or a program looks at the machine from outside.
    static let frontEnds: [MatrixRow] = [
        MatrixRow("vnc", "-vnc unix:{folder}/vnc -vga std", [.connect("vnc", 12), quit]),
        MatrixRow(
            "chardev: pty",
            "-chardev pty,id=c -serial chardev:c",
            [.qmp("query-status"), quit]
        ),
        MatrixRow(
            "chardev: unix socket",
            "-chardev socket,id=c,path={folder}/chardev,server=on,wait=off -mon chardev=c",
            [.connect("chardev", 4), quit]
        ),
        MatrixRow(
            "chardev: tcp",
            "-chardev socket,id=c,host=127.0.0.1,port={port},server=on,wait=off "
                + "-serial chardev:c",
            [.qmp("query-status"), quit]
        ),
        MatrixRow("chardev: file", "-serial file:{folder}/serial", [quit, .file("serial")]),
        MatrixRow("trace and log", "-d guest_errors -D {folder}/log", [quit, .file("log")]),
        MatrixRow(
            "screendump",
            "-vga std",
            [.qmp("screendump", #"{"filename":"{folder}/screen.ppm"}"#), quit]
        ),
        MatrixRow(
            "many devices",
            "-machine pc -device virtio-rng-pci -device qemu-xhci -device usb-tablet "
                + "-device virtio-balloon-pci,id=b -device virtio-scsi-pci "
                + "-audiodev none,id=a -device AC97,audiodev=a -device ich9-intel-hda "
                + "-device hda-duplex,audiodev=a -device virtio-serial-pci",
            [.qmp("balloon", #"{"value":67108864}"#), .hmp("info usb"), quit]
        ),
        MatrixRow(
            "random numbers of the host",
            "-object rng-random,id=r,filename=/dev/urandom -device virtio-rng-pci,rng=r",
            [quit]
        ),
    ]
}

import Planning

/// What looks like a question and is none: QEMU starts a VM, and a launcher that takes it for a
/// question lets it have QEMU's own firmware.
extension Attack {
    static let help = lookalikes.map { name, arguments in
        // A property that no accelerator has is refused by its name.
        Attack(name, arguments, arguments.contains("tcg,help") ? .either : .pinned, .bringsOther)
    }

    private static let disk: [ByteString] = [
        "-drive", "if=none,id=d,format=raw,file=$disk", "-device", "virtio-scsi-pci", "-device",
    ]

    private static let lookalikes: [(String, [ByteString])] = [
        ("help in a disk's serial number", disk + ["scsi-hd,drive=d,serial=a,,help"]),
        ("a question mark in it", disk + ["scsi-hd,drive=d,serial=a,,?"]),
        (
            "help in the JSON of an object",
            ["-object", #"{"qom-type":"secret","id":"s","data":"x,help,y"}"#]
        ),
        (
            "help as a value in the JSON of an object",
            ["-object", #"{"qom-type":"secret","id":"s","data":"help"}"#]
        ),
        ("help in an object's text", ["-object", "secret,id=s,data=x,,help"]),
        ("help as an object's text", ["-object", "secret,id=s,data=help"]),
        ("help in a path", ["-chardev", "file,id=c,path=$store/x,,help"]),
        ("a question mark in a path", ["-chardev", "file,id=c,path=$store/x,,?"]),
        ("a channel that is called help", ["-chardev", "null,id=help"]),
        ("a second accelerator that is asked for help", ["-accel", "tcg", "-accel", "tcg,help"]),
        ("help in the guest's name", ["-name", "a,,help"]),
        ("a guest that is called --help", ["-name", "--help"]),
        ("a guest that is called -version", ["-name", "-version"]),
        ("a network's host that is called help", ["-netdev", "user,id=n,hostname=help"]),
        ("help in that name", ["-netdev", "user,id=n,hostname=a,,help"]),
        ("a question about graphics that is taken back", ["-vga", "help", "-vga", "std"]),
        ("a question about processors that is taken back", ["-cpu", "help", "-cpu", "qemu64"]),
        ("a processor whose model is called help", ["-cpu", "qemu64,model-id=help"]),
        ("a device that is called help", ["-device", "e1000,id=help"]),
        ("the same with its name first", ["-device", "id=help,driver=e1000"]),
        ("the same in JSON", ["-device", #"{"driver":"e1000","id":"help"}"#]),
        (
            "help in a disk's JSON",
            disk + [#"{"driver":"scsi-hd","drive":"d","serial":"a,help,b"}"#]
        ),
        ("sound that is called help", ["-audiodev", "none,id=help"]),
        ("help for the guest", ["-fw_cfg", "name=opt/a,string=help"]),
        ("help for the guest's system", ["-smbios", "type=1,serial=a,,help"]),
        ("help as a path", ["-D", "help"]),
        ("help as a pid file", ["-pidfile", "$store/help"]),
    ]
}

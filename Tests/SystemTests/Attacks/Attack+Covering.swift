import Planning
import TestSupport

/// Devices that lie over the flash or write into it.
extension Attack {
    static let covering = linearFrameBuffers + loaders

    /// On q35 the memory of isa-vga lies at 0xe0000000 from the start, over whatever is there: 512
    /// MiB of it reach up to 4 GiB. On pc the flash lies over it.
    private static let linearFrameBuffers =
        [
            frameBuffer("isa-vga with too much memory", ["-device", "isa-vga,vgamem_mb=512"]),
            frameBuffer("the same in hexadecimal", ["-device", "isa-vga,vgamem_mb=0x200"]),
            frameBuffer(
                "the same, the driver named and a key given twice",
                ["-device", "vgamem_mb=16,driver=isa-vga,vgamem_mb=512"]
            ),
            frameBuffer(
                "the same beside another card",
                ["-device", "bochs-display", "-device", "isa-vga,vgamem_mb=512"]
            ),
            frameBuffer(
                "isa-vga with too much memory by -global",
                ["-global", "isa-vga.vgamem_mb=512", "-vga", "none", "-device", "isa-vga"]
            ),
            frameBuffer(
                "the long form of -global",
                ["-global", "driver=isa-vga,property=vgamem_mb,value=512", "-device", "isa-vga"]
            ),
            frameBuffer(
                "isa-vga with too much memory by -set",
                ["-device", "isa-vga,id=x", "-set", "device.x.vgamem_mb=512"]
            ),
            frameBuffer(
                "isa-vga with too much memory in JSON",
                ["-device", #"{"driver":"isa-vga","vgamem_mb":512}"#]
            ),
            frameBuffer(
                "the same in single quotes",
                ["-device", "{'driver':'isa-vga','vgamem_mb':512}"]
            ),
            frameBuffer(
                "isa-vga with too much memory from a file",
                ["-readconfig", "$conf"],
                file: "[device \"x\"]\n  driver = \"isa-vga\"\n  vgamem_mb = \"512\"\n"
            ),
            frameBuffer(
                "its memory alone from a file",
                ["-readconfig", "$conf", "-device", "isa-vga"],
                file: """
                    [global]
                      driver = "isa-vga"
                      property = "vgamem_mb"
                      value = "512"

                    """
            ),
            frameBuffer(
                "its memory by -set of a device from a file",
                ["-readconfig", "$conf", "-set", "device.x.vgamem_mb=512"],
                file: "[device \"x\"]\n  driver = \"isa-vga\"\n"
            ),
        ]

    private static func frameBuffer(
        _ name: String,
        _ arguments: [ByteString],
        file: String? = nil,
    ) -> Attack {
        Attack(
            name,
            arguments,
            files: file.map { ["conf": $0] } ?? [:],
            .refused(quoting: ["isa-vga", "device.x.", "vgamem_mb"]),
            .beatsFlash,
            on: [.q35]
        )
    }

    private static let loaded = "file=$vector,addr=0xfffffff0,force-raw=on"

    /// They write at every reset, over read-only flash too.
    private static let loaders = [
        loader("a loader", ["-device", ByteString("loader,\(loaded)")]),
        loader("a loader, its driver last", ["-device", ByteString("\(loaded),driver=loader")]),
        loader(
            "a loader with a decimal address and a bare key",
            ["-device", "loader,file=$vector,addr=4294967280,force-raw"]
        ),
        loader(
            "a loader of a whole image",
            ["-device", "loader,file=$other,addr=0xffff0000,force-raw=on"]
        ),
        loader(
            "a loader in JSON",
            [
                "-device",
                #"{"driver":"loader","file":"$vector","addr":4294967280,"force-raw":true}"#,
            ]
        ),
        loader(
            "a loader whose name is escaped in JSON",
            [
                "-device",
                #"{"driver":"l\u006fader","file":"$vector","addr":4294967280,"force-raw":true}"#,
            ]
        ),
        loader(
            "a loader from a file",
            ["-readconfig", "$conf"],
            file: """
                [device "l"]
                  driver = "loader"
                  file = "$vector"
                  addr = "0xfffffff0"
                  force-raw = "on"

                """
        ),
        loader(
            "a loader that -set sends back",
            [
                "-device", "loader,id=l,file=$vector,addr=0x200000000,force-raw=on",
                "-set", "device.l.addr=0xfffffff0",
            ]
        ),
        loader(
            "a loader that a device becomes by -set",
            [
                "-device", "e1000,id=l", "-set", "device.l.driver=loader",
                "-set", "device.l.file=$vector", "-set", "device.l.addr=0xfffffff0",
                "-set", "device.l.force-raw=on",
            ]
        ),
        loader(
            "a loader whose address comes by -global",
            ["-global", "loader.addr=0xfffffff0", "-device", "loader,file=$vector,force-raw=on"]
        ),
        Attack(
            "a loader whose file could grow into the flash after the check",
            ["-device", "loader,file=$vector,addr=0xf0000000,force-raw=on"],
            .refused(quoting: ["loader"]),
            .none(because: "the file has grown by the next reset of a VM, or has not")
        ),
        Attack(
            "a loader above 4 GiB",
            ["-device", "loader,file=$vector,addr=0x200000000,force-raw=on"],
            .refused(quoting: ["loader"]),
            .none(because: "it writes elsewhere, while its file is small")
        ),
        Attack(
            "a loader of a number",
            ["-device", "loader,data=0x1234,data-len=8,addr=0xfffffff0"],
            .refused(quoting: ["loader"]),
            .none(because: "what it writes by itself stops at read-only memory")
        ),
        Attack(
            "a loader of a processor's start",
            ["-device", "loader,addr=0x1000,cpu-num=0"],
            .refused(quoting: ["loader"]),
            .none(because: "the flash stays, and the processor starts elsewhere")
        ),
        Attack(
            "a loader of a guest",
            ["-device", "guest-loader,addr=0xfffffff0,kernel=$vector"],
            .refused(quoting: ["guest-loader"]),
            .none(because: "QEMU refuses it on a machine without a device tree")
        ),
    ]

    private static func loader(
        _ name: String,
        _ arguments: [ByteString],
        file: String? = nil,
    ) -> Attack {
        Attack(
            name,
            arguments,
            files: file.map { ["conf": $0] } ?? [:],
            .refused(quoting: ["loader", "device.l.", "-device {"]),
            .beatsFlash
        )
    }
}

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

/// A kernel whose program headers lie where the firmware does.
extension Attack {
    static let kernels = ["multiboot", "pvh"].flatMap { kind in
        [
            kernel("a \(kind) kernel over the flash", ["-kernel", "$\(kind)"]),
            kernel("a \(kind) kernel as the machine's", ["-machine", "kernel=$\(kind)"]),
            kernel(
                "a \(kind) kernel from a file",
                ["-readconfig", "$conf"],
                file: "[machine]\n  kernel = \"$\(kind)\"\n"
            ),
            kernel(
                "a \(kind) kernel with all that goes with it",
                ["-kernel", "$\(kind)", "-append", "quiet", "-initrd", "$disk"]
            ),
        ]
    }

    private static func kernel(
        _ name: String,
        _ arguments: [String],
        file: String? = nil,
    ) -> Attack {
        Attack(
            name,
            arguments.map { ByteString($0) },
            files: file.map { ["conf": $0] } ?? [:],
            .either,
            .beatsFlash
        )
    }
}

import Planning

/// The place of the firmware itself, written in every form that QEMU reads.
extension Attack {
    static let places = flashDrives + units + flashFromFiles + firmwareNames

    private static let flashDrives: [Attack] = [
        replacing("-bios", ["-bios", "$other"]),
        replacing("-pflash", ["-pflash", "$other"]),
        replacing(
            "a flash drive",
            ["-drive", "if=pflash,format=raw,readonly=on,file=$other"]
        ),
        replacing(
            "a flash drive of a JSON file name",
            [
                "-drive",
                """
                if=pflash,readonly=on,file=json:{"driver":"raw",,"file":{"driver":"file",,\
                "filename":"$other"}}
                """,
            ]
        ),
        replacing(
            "-pflash of a JSON file name",
            [
                "-pflash",
                """
                json:{"driver":"raw","read-only":true,"file":{"driver":"file",\
                "filename":"$other"}}
                """,
            ]
        ),
        replacing(
            "a flash drive in dotted keys",
            ["-drive", "if=pflash,readonly=on,driver=raw,file.driver=file,file.filename=$other"]
        ),
        replacing(
            "a flash drive of a protocol",
            ["-drive", "if=pflash,readonly=on,format=raw,file=file:$other"]
        ),
        replacing(
            "a node in dotted keys",
            [
                "-blockdev",
                "driver=raw,node-name=n,read-only=on,file.driver=file,file.filename=$other",
                "-machine", "pflash0=n",
            ]
        ),
        replacing(
            "a drive as the machine's flash",
            [
                "-drive", "if=none,id=x,format=raw,readonly=on,file=$other",
                "-machine", "pflash0=x",
            ]
        ),
        replacing(
            "a drive that -set makes flash",
            [
                "-drive", "if=none,id=x,format=raw,readonly=on,file=$other",
                "-set", "drive.x.if=pflash",
            ]
        ),
    ]

    /// QEMU reads 64 bits, with a sign, and keeps 32 of them.
    private static let units = ["+0", " 0", "-0", "4294967296", "-4294967296"].map { unit in
        replacing(
            "flash unit '\(unit)'",
            [
                "-drive",
                ByteString("if=pflash,format=raw,readonly=on,file=$other,unit=\(unit)"),
            ]
        )
    }

    private static let flashFromFiles: [Attack] = [
        replacing(
            "a flash drive from a file",
            ["-readconfig", "$conf"],
            file: """
                [drive]
                  if = "pflash"
                  format = "raw"
                  readonly = "on"
                  file = "$other"

                """
        ),
        replacing(
            "a flash drive of a JSON file name from a file",
            ["-readconfig", "$conf"],
            file: """
                [drive]
                  if = "pflash"
                  readonly = "on"
                  file = "json:{'driver':'raw','file':{'driver':'file','filename':'$other'}}"

                """
        ),
        replacing(
            "a drive from a file that -set makes flash",
            ["-readconfig", "$conf", "-set", "drive.x.if=pflash"],
            file: """
                [drive "x"]
                  if = "none"
                  format = "raw"
                  readonly = "on"
                  file = "$other"

                """
        ),
        replacing(
            "a drive that a file makes the machine's flash",
            [
                "-drive", "if=none,id=x,format=raw,readonly=on,file=$other",
                "-readconfig", "$conf",
            ],
            file: "[machine]\n  pflash0 = \"x\"\n"
        ),
        replacing(
            "two files, each with a half",
            ["-readconfig", "$conf", "-readconfig", "$second"],
            file: "[drive \"x\"]\n  if = \"none\"\n  format = \"raw\"\n  file = \"$other\"\n",
            second: "[machine]\n  pflash0 = \"x\"\n"
        ),
    ]

    private static let firmwareNames: [Attack] = [
        Attack(
            "the machine's firmware",
            ["-machine", "firmware=$other"],
            .refused(quoting: ["-machine firmware="]),
            .bringsOther
        ),
        Attack(
            "the machine's firmware from a file",
            ["-readconfig", "$conf"],
            files: ["conf": "[machine]\n  firmware = \"$other\"\n"],
            .refused(quoting: ["$conf"]),
            .bringsOther
        ),
        replacing("a folder for QEMU's own firmware", ["-L", "$store/data"]),
    ]

    private static func replacing(
        _ name: String,
        _ arguments: [ByteString],
        file: String? = nil,
        second: String? = nil,
    ) -> Attack {
        let files = ["conf": file, "second": second].compactMapValues(\.self)
        return Attack(name, arguments, files: files, .either, .bringsOther)
    }

    static let all = help + covering + kernels + json + places
}

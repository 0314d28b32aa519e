import Planning
import TestSupport

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

/// JSON that QEMU reads and a stricter or weaker reader does not.
extension Attack {
    static let json = readable + unreadable

    /// A loader in JSON that QEMU takes.
    private static let readable: [Attack] = [
        loading(
            "a NUL in the id",
            #"{"driver":"loader","id":"a\u0000b","file":"$vector","addr":4294967280,"#
                + #""force-raw":true}"#
        ),
        loading(
            "single quotes",
            "{'driver':'loader','file':'$vector','addr':4294967280,'force-raw':true}"
        ),
        loading(
            "both quotes, and one escaped in the other",
            #"{'driver':"loader",'file':"$store/vector\"'",'addr':4294967280,'force-raw':true}"#
        ),
        loading(
            "an escape that only QEMU knows",
            #"{"driver":"loader","file":"$store/vector\"\'","addr":4294967280,"force-raw":true}"#
        ),
        loading(
            "white space of every kind",
            "{ \n\t\"driver\" :\r\"loader\",\"file\":\"$vector\",\"addr\":4294967280,"
                + "\"force-raw\":true}\n "
        ),
        loading(
            "a per cent sign, which QEMU's own code puts values behind",
            #"{"driver":"loader","file":"$store/vector%s","addr":4294967280,"force-raw":true}"#
        ),
        loading(
            "surrogates",
            #"{"driver":"loader","file":"$store/vector\ud83d\ude00","addr":4294967280,"#
                + #""force-raw":true}"#
        ),
        Attack(
            "flash below seventy formats",
            ["-blockdev", ByteString(nested(70)), "-machine", "pflash0=n"],
            .either,
            .bringsOther
        ),
        Attack(
            "flash in single quotes",
            [
                "-blockdev",
                """
                {'driver':'raw','node-name':'n','read-only':true,\
                'file':{'driver':'file','filename':'$other'}}
                """,
                "-machine", "pflash0=n",
            ],
            .either,
            .bringsOther
        ),
    ]

    private static func loading(_ name: String, _ json: String) -> Attack {
        Attack(name, ["-device", ByteString(json)], .refused(quoting: ["-device {"]), .beatsFlash)
    }

    /// What this QEMU does not take; another one may.
    private static let unreadable: [Attack] = [
        trying(
            "a NUL in the driver",
            #"{"driver":"loader\u0000x","file":"$vector","addr":4294967280,"force-raw":true}"#
        ),
        trying(
            "a key given twice",
            #"{"driver":"e1000","driver":"loader","file":"$vector","addr":4294967280}"#
        ),
        trying(
            "half a surrogate",
            #"{"driver":"loader","id":"\ud83d","file":"$vector","addr":4294967280}"#
        ),
        trying(
            "a comment",
            #"{"driver":"loader",/*x*/"file":"$vector","addr":4294967280,"force-raw":true}"#
        ),
        trying("two values", #"{"driver":"e1000"}{"driver":"loader","file":"$vector"}"#),
        trying(
            "a form feed",
            "{\"driver\":\"loader\",\u{C}\"file\":\"$vector\",\"addr\":4294967280}"
        ),
        trying(
            "an address as text",
            #"{"driver":"loader","file":"$vector","addr":"0xfffffff0","force-raw":true}"#
        ),
        trying(
            "an address with a fraction",
            #"{"driver":"loader","file":"$vector","addr":4294967280.0,"force-raw":true}"#
        ),
        trying(
            "a thousand levels below a key that no device has",
            #"{"driver":"loader","file":"$vector","addr":4294967280,"force-raw":true,"x":"#
                + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000) + "}"
        ),
        trying(
            "more levels than QEMU takes",
            #"{"driver":"loader","file":"$vector","x":"# + String(repeating: "[", count: 1100)
                + String(repeating: "]", count: 1100) + "}"
        ),
        Attack(
            "bytes that are not UTF-8",
            [
                "-device",
                ByteString(
                    Array(#"{"driver":"loader","file":"$vector","addr":4294967280,"id":""#.utf8)
                        + [0xFF, 0x22, 0x7D]
                ),
            ],
            .either,
            .none(because: "QEMU reads UTF-8 only")
        ),
        Attack(
            "a slash in two bytes",
            [
                "-device",
                ByteString(Array(#"{"driver":"loader","file":""#.utf8) + [0xC0, 0xAF, 0x22, 0x7D]),
            ],
            .either,
            .none(because: "QEMU knows overlong forms")
        ),
        Attack(
            "a byte order mark",
            ["-device", "\u{FEFF}{\"driver\":\"loader\",\"file\":\"$vector\"}"],
            .either,
            .none(because: "QEMU takes JSON from the first byte on only")
        ),
    ]

    private static func trying(_ name: String, _ json: String) -> Attack {
        Attack(name, ["-device", ByteString(json)], .either, .none(because: "QEMU refuses it"))
    }

    private static func nested(_ levels: Int) -> String {
        #"{"driver":"raw","node-name":"n","read-only":true,"file":"#
            + String(repeating: #"{"driver":"raw","file":"#, count: levels)
            + #"{"driver":"file","filename":"$other"}"# + String(repeating: "}", count: levels + 1)
    }
}

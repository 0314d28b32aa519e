import Foundation
import Planning
import Testing

/// A way to make QEMU start other firmware than the one its command line seems to name.
struct Trick: CustomTestStringConvertible, Sendable {
    enum Answer: Sendable {
        /// The launcher refuses it; its message begins so.
        case refused(String)
        /// The launcher puts the image in that place too: the other firmware is gone from argv.
        case replaced
    }

    let name: String
    /// `$honest` and `$other` are images, `$vector` the other one's reset vector, `$settings` a
    /// file with `settings` in it.
    let arguments: [ByteString]
    let settings: String
    let answer: Answer

    var testDescription: String { name }

    private init(
        _ name: String,
        _ arguments: [ByteString],
        settings: String = "",
        _ answer: Answer,
    ) {
        self.name = name
        self.arguments = arguments
        self.settings = settings
        self.answer = answer
    }

    static let all = places + others

    /// The place of the code image, named in a way that is easily overlooked.
    private static let places = [
        Trick("-pflash", ["-pflash", "$other"], .replaced),
        Trick("-bios given twice", ["-bios", "$honest", "--bios", "$other"], .replaced),
        Trick(
            "flash beside -bios",
            ["-bios", "$honest", "-drive", "if=pflash,format=raw,readonly=on,file=$other"],
            .replaced,
        ),
        Trick(
            "index for unit",
            ["-drive", "if=pflash,index=0,format=raw,readonly=on,file=$other"],
            .replaced,
        ),
        Trick(
            "a unit in hexadecimal, and the interface last",
            ["-drive", "if=none,unit=0x0,format=raw,readonly=on,file=$other,if=pflash"],
            .replaced,
        ),
        Trick(
            "a key given twice",
            ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file=$honest,file=$other"],
            .replaced,
        ),
        Trick(
            "a block node",
            [
                "-blockdev", "driver=file,filename=$other,node-name=n,read-only=on",
                "-machine", "pflash0=n",
            ],
            .replaced,
        ),
    ]

    /// What works beside the code image, whatever that is.
    private static let others = [
        Trick(
            "-machine firmware=",
            ["-bios", "$honest", "-machine", "firmware=$other"],
            .refused("'-machine firmware="),
        ),
        Trick(
            "-set",
            [
                "-drive", "id=pf,if=pflash,format=raw,readonly=on,file=$honest",
                "-set", "drive.pf.file=$other",
            ],
            .refused("'-set drive.pf.file="),
        ),
        Trick(
            "-readconfig with -machine firmware=",
            ["-bios", "$honest", "-readconfig", "$settings"],
            settings: "[machine]\n  firmware = \"$other\"\n",
            .refused("$settings line 2: "),
        ),
        Trick(
            "-readconfig with a flash drive",
            ["-bios", "$honest", "-readconfig", "$settings"],
            settings: """
                [drive "d"]
                  if = "pflash"
                  format = "raw"
                  readonly = "on"
                  file = "$other"

                """,
            .refused("$settings line 2: "),
        ),
        Trick(
            "a loader device over read-only flash",
            [
                "-drive", "if=pflash,format=raw,readonly=on,file=$honest",
                "-device", "loader,file=$vector,addr=0xfffffff0,force-raw=on",
            ],
            .refused("'-device loader,file="),
        ),
        Trick(
            "a loader device as JSON over -bios",
            [
                "-bios", "$honest", "-device",
                #"{"driver":"loader","file":"$vector","addr":4294967280,"force-raw":true}"#,
            ],
            .refused("'-device {"),
        ),
        Trick(
            "a machine that takes its firmware elsewhere",
            ["-machine", "microvm,isa-serial=off", "-bios", "$other"],
            .refused("custom firmware does not fit machine type 'microvm'"),
        ),
        Trick(
            "a machine without flash",
            ["-M", "isapc", "-bios", "$other"],
            .refused("custom firmware does not fit machine type 'isapc'"),
        ),
    ]
}

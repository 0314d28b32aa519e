import Foundation
import Planning
import TestSupport
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

/// Each trick does work on QEMU alone, or its test would prove nothing; and none does here.
@Suite(.launching, .needsProducts, .needsFirmware)
struct TrickTests {
    @Test(.needsQEMU, arguments: Trick.all)
    func `QEMU alone starts the other firmware`(trick: Trick) async throws {
        let store = try prepared(for: trick)
        let machine: [ByteString] = [
            Machine.qemuName, "-machine", "q35", "-m", "16", "-nodefaults", "-display", "none",
            "-net", "none", "-no-user-config", "-device", TinyFirmware.device,
        ]
        let request = Child.Request(
            program: Machine.qemu,
            arguments: machine + trick.arguments.map { text($0, store) },
        )
        let outcome = try await run(request)
        #expect(outcome.end == .status(TinyFirmware.other.status), "\(outcome.errors)")
    }

    @Test(arguments: Trick.all)
    func `the launcher lets no other firmware in`(trick: Trick) async throws {
        let store = try prepared(for: trick)
        let arguments = StagedHost.firmware + trick.arguments.map { text($0, store) }
        let outcome = try await run(store.launcher(arguments))
        let report = try store.report()
        switch trick.answer {
        case .refused(let message):
            #expect(outcome.end == .status(64))
            let start = text(ByteString("qemu-launcher: error: \(message)"), store).escaped
            #expect(outcome.complaints.first?.hasPrefix(start) == true, "\(outcome.errors)")
            #expect(report == nil)
        case .replaced:
            #expect(outcome.end == .status(0), "\(outcome.errors)")
            let words = try #require(report).arguments.map(\.escaped)
            #expect(!words.contains { $0.contains(store.path) })
            #expect(words.filter { $0.contains("/proc/self/fd/") }.count == 1)
            #expect(try store.imageOfReport() == read(store.image))
        }
    }

    @Test(.needsQEMU, .needsRoot)
    func `firmware in the working directory of QEMU alone is started, by the launcher it is not`()
        async throws
    {
        let store = try StagedHost()
        let directory = "\(store.path)/work"
        try makeDirectory(directory, mode: 0o777)
        try write(TinyFirmware.other.image, to: "\(directory)/bios-256k.bin")
        var request = Child.Request(
            program: Machine.qemu,
            arguments: [
                Machine.qemuName, "-nodefaults", "-display", "none", "-device", TinyFirmware.device,
            ],
            directory: directory
        )
        #expect(try await run(request).end == .status(TinyFirmware.other.status))

        request = store.launcher(StagedHost.firmware)
        request.directory = directory
        #expect(try await run(request).end == .status(64))
        #expect(try store.report() == nil)
    }

    private func prepared(for trick: Trick) throws -> StagedHost {
        let store = try StagedHost()
        // Some tricks attach it writable.
        try write(TinyFirmware.honest.image, to: "\(store.path)/honest", mode: 0o644)
        try write(TinyFirmware.other.image, to: "\(store.path)/other", mode: 0o644)
        try write(TinyFirmware.other.resetVector, to: "\(store.path)/vector")
        let settings = text(ByteString(trick.settings), store)
        try write(Data(settings.bytes), to: "\(store.path)/settings")
        return store
    }

    private func text(_ text: ByteString, _ store: StagedHost) -> ByteString {
        var result = String(decoding: text.bytes, as: UTF8.self)
        for name in ["honest", "other", "vector", "settings"] {
            result.replace("$\(name)", with: "\(store.path)/\(name)")
        }
        return ByteString(result)
    }
}

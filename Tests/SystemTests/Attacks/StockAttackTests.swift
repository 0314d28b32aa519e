import Foundation
import Planning
import TestSupport
import Testing

/// A VM that did not ask for custom firmware, on a host with `stock-firmware verify`: what QEMU
/// takes for its firmware has to be pinned.
struct StockAttack: CustomTestStringConvertible, Sendable {
    enum Answer: Sendable {
        /// It starts, with the content of this file.
        case starts(String)
        case refused
        /// It starts with that content, or is refused.
        case either(String)
    }

    let testDescription: String
    /// Placeholders as in ``Attack``.
    let arguments: [ByteString]
    /// Files that are pinned.
    let pins: [String]
    let answer: Answer
    var files: [String: String] = [:]
    /// Whether QEMU alone would open the package's file for writing.
    var opensForWriting = false
    /// Whether QEMU starts in a folder with firmware of every usual name.
    var isInFolder = false

    /// Where packages put firmware, and only root writes.
    static let combined = Machine.unifiedImage
    static let code = Machine.codeImage
    static let small = "/usr/share/seabios/bios.bin"
    static let usual = "/usr/share/seabios/bios-256k.bin"

    static let all = named + searched + late

    private static let named = [
        pair("-bios", ["-bios", "$file"]),
        pair("-machine firmware=", ["-machine", "firmware=$file"], isRefusable: true),
        pair(
            "firmware of a file",
            ["-readconfig", "$conf"],
            "[machine]\n  firmware = \"$file\"\n",
            isRefusable: true
        ),
        pair("-pflash", ["-pflash", "$file"], file: code, opensForWriting: true),
        pair(
            "a flash drive",
            ["-drive", "if=pflash,format=raw,readonly=on,file=$file"],
            file: code
        ),
        pair(
            "a flash drive of a file",
            ["-readconfig", "$conf"],
            "[drive]\n  if = \"pflash\"\n  format = \"raw\"\n  readonly = \"on\"\n  file = \"$file\"\n",
            file: code,
            isRefusable: true
        ),
        pair(
            "a node",
            [
                "-blockdev", "driver=file,filename=$file,node-name=n,read-only=on",
                "-machine", "pflash0=n",
            ],
            file: code
        ),
        pair(
            "a flash drive of a JSON file name",
            [
                "-pflash",
                #"json:{"driver":"raw","read-only":true,"file":{"driver":"file","#
                    + #""filename":"$file"}}"#,
            ].map { ByteString($0) },
            file: code,
            opensForWriting: true
        ),
        pair(
            "a read-only flash drive of a JSON file name",
            [
                "-drive",
                #"if=pflash,readonly=on,file=json:{"driver":"raw",,"file":{"driver":"file",,"#
                    + #""filename":"$file"}}"#,
            ].map { ByteString($0) },
            file: code
        ),
    ].flatMap(\.self)

    private static let searched = [
        StockAttack(
            testDescription: "flash unit 0, written as QEMU's 32 bits of 64",
            arguments: ["-drive", "if=pflash,readonly=on,format=raw,file=$small,unit=4294967296"],
            pins: [usual],
            answer: .refused
        ),
        StockAttack(
            testDescription: "nothing is named, and QEMU's own firmware is not pinned",
            arguments: [],
            pins: [combined],
            answer: .refused
        ),
        StockAttack(
            testDescription: "nothing is named, and QEMU's own firmware is pinned",
            arguments: [],
            pins: [usual],
            answer: .starts(usual)
        ),
        StockAttack(
            testDescription: "-L with other firmware of the usual name",
            arguments: ["-L", "$store/data"],
            pins: [usual],
            answer: .refused
        ),
        StockAttack(
            testDescription: "other firmware of the usual name in the working directory",
            arguments: [],
            pins: [usual],
            answer: .either(usual),
            isInFolder: true
        ),
        StockAttack(
            testDescription: "a name that QEMU looks for, and what it finds is not pinned",
            arguments: ["-bios", "bios.bin"],
            pins: [usual],
            answer: .refused
        ),
        StockAttack(
            testDescription: "a name that QEMU looks for, and what it finds is pinned",
            arguments: ["-bios", "bios.bin"],
            pins: [small],
            answer: .either(small)
        ),
        StockAttack(
            testDescription: "a name that is in the working directory too",
            arguments: ["-bios", "bios.bin"],
            pins: [small],
            answer: .either(small),
            isInFolder: true
        ),
        StockAttack(
            testDescription: "a name that -L has too",
            arguments: ["-bios", "bios.bin", "-L", "$store/data"],
            pins: [small],
            answer: .either(small)
        ),
    ]

    private static let late = [
        pair(
            "a drive that -set makes flash",
            [
                "-drive", "if=none,id=x,format=raw,readonly=on,file=$file",
                "-set", "drive.x.if=pflash",
            ],
            file: code,
            isRefusable: true
        ),
        pair(
            "a flash drive whose file -set changes",
            [
                "-drive", "if=pflash,id=x,format=raw,readonly=on,file=$code",
                "-set", "drive.x.file=$file",
            ],
            file: code,
            isRefusable: true
        ),
        [
            StockAttack(
                testDescription: "-machine firmware= that is not pinned after a -bios that is",
                arguments: ["-bios", "$combined", "-machine", "firmware=$small"],
                pins: [combined],
                answer: .refused
            ),
            StockAttack(
                testDescription: "-bios that is not pinned after one that is",
                arguments: ["-bios", "$combined", "-bios", "$small"],
                pins: [combined],
                answer: .refused
            ),
        ],
    ].flatMap(\.self)

    /// The same with a file that is pinned, and with one that is not.
    private static func pair(
        _ name: String,
        _ arguments: [ByteString],
        _ settings: String = "",
        file: String = combined,
        opensForWriting: Bool = false,
        isRefusable: Bool = false,
    ) -> [StockAttack] {
        [true, false].map { isPinned in
            // What flash takes differs from what -bios takes.
            let named = isPinned ? file : small
            func filled(_ text: String) -> String { text.replacing("$file", with: named) }
            return StockAttack(
                testDescription: "\(name), \(isPinned ? "pinned" : "not pinned")",
                arguments: arguments.map { ByteString(filled($0.escaped)) },
                pins: [file],
                answer: isPinned ? (isRefusable ? .either(file) : .starts(file)) : .refused,
                files: settings.isEmpty ? [:] : ["conf": filled(settings)],
                opensForWriting: opensForWriting
            )
        }
    }
}

/// `stock-firmware verify`, judged by what the guest finds in its flash.
@Suite(.launching, .needsProducts, .needsFirmware, .needsQEMU)
struct StockAttackTests {
    @Test(arguments: StockAttack.all, Attack.MachineKind.allCases)
    func `what is not pinned is not started`(
        attack: StockAttack,
        machine: Attack.MachineKind,
    ) async throws {
        let store = try prepared(attack)
        let look = try await launch(store, attack, machine)
        switch (attack.answer, look) {
        case (.starts(let file), _): look.expectStarted(try read(file))
        case (.refused, .ended), (.either, .ended):
            look.expectRefused(by: [64, 65, 77, 78])
        case (.either(let file), .started): look.expectStarted(try read(file))
        case (.refused, .started(let flash, _)):
            Issue.record("started with \(flash.suffix(16).map { $0 })")
        }
    }

    /// Its own firmware, where nobody names another.
    @Test(arguments: Attack.help)
    func `what only looks like a question is verified too`(attack: Attack) async throws {
        let store = try prepared(
            StockAttack(
                testDescription: "",
                arguments: [],
                pins: [StockAttack.combined],
                answer: .refused
            )
        )
        let words = attack.arguments + ["-bios", ByteString(StockAttack.small)]
        let request = store.launcher(
            FlashLook.options(store) + words.map { AttackFiles.expanded($0, store) },
            calledAs: Machine.qemuName
        )
        let look = try await FlashLook(request, store, byteCount: 65_536)
        look.expectRefused(by: [64, 78])
    }

    /// With the image that is pinned as its firmware.
    @Test(arguments: Attack.covering + Attack.kernels + Attack.json)
    func `nothing lies over an image that was verified`(attack: Attack) async throws {
        let store = try prepared(
            StockAttack(
                testDescription: "",
                arguments: [],
                pins: [StockAttack.code],
                answer: .refused,
                files: attack.files
            )
        )
        let drive = "if=pflash,unit=0,format=raw,readonly=on,file=\(StockAttack.code)"
        let words = ["-machine", "q35", "-drive", ByteString(drive)] + attack.arguments
        let request = store.launcher(
            FlashLook.options(store) + words.map { AttackFiles.expanded($0, store) },
            calledAs: Machine.qemuName
        )
        let pinned = try read(StockAttack.code)
        try await FlashLook(request, store, byteCount: pinned.count).expectSafe(pinned)
    }

    /// Or a wrong spelling in the table would pass for a refusal.
    @Test(arguments: StockAttack.all.filter { !$0.opensForWriting }, Attack.MachineKind.allCases)
    func `QEMU alone starts it`(
        attack: StockAttack,
        machine: Attack.MachineKind,
    ) async throws {
        let store = try prepared(attack)
        let look = try await launch(store, attack, machine, program: Machine.qemu)
        guard case .started = look else {
            Issue.record("\(look)")
            return
        }
    }

    private func prepared(_ attack: StockAttack) throws -> StagedHost {
        let store = try StagedHost(image: "")
        let pins = try attack.pins.map { "firmware: \($0)\n\tsha256 \(try store.digest($0))\n" }
        try store.configure(
            qemu: Machine.qemu,
            launcher: ["stock-firmware verify"],
            sections: pins.joined(separator: "\n")
        )
        try AttackFiles.write(attack.files, in: store)
        let small = TinyFirmware.other.image
        try write(small, to: "\(store.path)/data/bios.bin")
        return store
    }

    private func launch(
        _ store: StagedHost,
        _ attack: StockAttack,
        _ machine: Attack.MachineKind,
        program: String? = nil,
    ) async throws -> FlashLook {
        let words = attack.arguments.map { word in
            AttackFiles.expanded(
                ByteString(
                    word.escaped.replacing("$combined", with: StockAttack.combined)
                        .replacing("$small", with: StockAttack.small)
                        .replacing("$code", with: StockAttack.code)
                ),
                store
            )
        }
        var request = store.launcher(
            FlashLook.options(store) + ["-machine", ByteString(machine.rawValue)] + words,
            calledAs: Machine.qemuName
        )
        if let program {
            request.program = program
            request.arguments.removeSubrange(1...2)
        }
        if attack.isInFolder { request.directory = "\(store.path)/data" }
        let size =
            switch attack.answer {
            case .starts(let file), .either(let file): try read(file).count
            case .refused: 65_536
            }
        return try await FlashLook(request, store, byteCount: size)
    }
}

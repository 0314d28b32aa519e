import Foundation
import Planning
import TestSupport
import Testing

/// A command line that may bring other bytes into the guest's flash than those that are pinned.
///
/// In its words, `$pinned` is the file of the pinned image, `$other` an image that is not pinned
/// and `$vector` that one's reset vector, `$disk` a disk, `$store` the folder, `$NAME` a file of
/// ``files``.
struct Attack: CustomTestStringConvertible, Sendable {
    let name: String
    let arguments: [ByteString]
    var files: [String: String] = [:]
    /// Further lines for the first section of launcher.conf.
    var settings: [String] = []
    let safe: Safe
    let proof: Proof
    /// Where it works. Elsewhere any safe answer will do.
    var machines: [MachineKind] = MachineKind.allCases

    var testDescription: String { name }

    enum MachineKind: String, CaseIterable, Sendable {
        case pc, q35
    }

    /// The answers that keep the promise.
    enum Safe: Sendable {
        /// The VM starts, and its flash holds the pinned image, also after a reset.
        case pinned
        /// The launcher refuses it: its message begins so, and quotes one of these.
        case refused(Int32 = 64, _ start: String = "", quoting: [String])
        /// Pinned, or nothing starts.
        case either
    }

    /// What QEMU alone makes of it, so that the test can fail.
    enum Proof: Sendable {
        /// With the pinned image in flash as the launcher would put it there, other bytes show.
        case beatsFlash
        /// Without further firmware, other bytes show.
        case bringsOther
        /// QEMU alone does not do it, and why it is tried all the same.
        case none(because: String)
    }

    init(
        _ name: String,
        _ arguments: [ByteString],
        files: [String: String] = [:],
        settings: [String] = [],
        _ safe: Safe,
        _ proof: Proof,
        on machines: [MachineKind] = MachineKind.allCases,
    ) {
        self.name = name
        self.arguments = arguments
        self.files = files
        self.settings = settings
        self.safe = safe
        self.proof = proof
        self.machines = machines
    }
}

/// How a VM asks for the firmware that it is to get.
enum Asking: String, CaseIterable, Sendable {
    /// `-efi-firmware` in the command line.
    case option
    /// A `vm:` section of launcher.conf.
    case section
}

/// A store with all that an attack needs, and the calls that try it.
struct AttackScene {
    let store: StagedHost
    private let attack: Attack
    private let machine: Attack.MachineKind

    static let uuid = "0d8a1c3e-5b7f-4c2d-9e6a-1f2b3c4d5e6f"

    init(_ attack: Attack, on machine: Attack.MachineKind, asking: Asking = .option) throws {
        self.attack = attack
        self.machine = machine
        store = try StagedHost()
        let section = "vm: \(Self.uuid)\n\tfirmware \(StagedHost.volume)\n"
        try store.configure(
            qemu: Machine.qemu,
            launcher: attack.settings,
            sections: asking == .section ? section : ""
        )
        try AttackFiles.write(attack.files, in: store)
    }

    var pinned: Data { get throws { try read(store.image) } }

    /// The machine, named before the attack's own words.
    private var words: [ByteString] {
        FlashLook.options(store) + ["-machine", ByteString(machine.rawValue)]
            + Machine.qemuOptions + attack.arguments.map { AttackFiles.expanded($0, store) }
    }

    /// QEMU without the launcher.
    func alone(_ flash: [ByteString]) async throws -> FlashLook {
        let request = Child.Request(
            program: Machine.qemu,
            arguments: [Machine.qemuName] + flash.map { AttackFiles.expanded($0, store) } + words
        )
        return try await FlashLook(request, store, byteCount: pinned.count)
    }

    func launched(_ asking: Asking) async throws -> FlashLook {
        let asked: [ByteString] =
            asking == .option ? StagedHost.firmware : ["-uuid", ByteString(Self.uuid)]
        let request = store.launcher(asked + words, calledAs: Machine.qemuName)
        return try await FlashLook(request, store, byteCount: pinned.count)
    }
}

/// The files that the words of attacks name.
enum AttackFiles {
    static func write(_ files: [String: String], in store: StagedHost) throws {
        try TestSupport.write(TinyFirmware.other.image, to: "\(store.path)/other", mode: 0o644)
        try TestSupport.write(TinyFirmware.honest.image, to: "\(store.path)/stock")
        // The last three for JSON, where names have to be escaped or may be.
        for name in ["vector", "vector%s", "vector\"'", "vector\u{1F600}"] {
            try TestSupport.write(TinyFirmware.other.resetVector, to: "\(store.path)/\(name)")
        }
        let kernels = [
            "multiboot": TinyKernel.multiboot, "pvh": TinyKernel.pvh, "linux": TinyKernel.linux,
        ]
        for (name, kernel) in kernels {
            try TestSupport.write(kernel, to: "\(store.path)/\(name)")
        }
        try makeDirectory("\(store.path)/data")
        try TestSupport.write(
            TinyFirmware.other.image,
            to: "\(store.path)/data/bios-256k.bin"
        )
        try TestSupport.write(Data(count: 1 << 20), to: "\(store.path)/disk", mode: 0o644)
        for (name, text) in files {
            let content = Data(expanded(ByteString(text), store).bytes)
            try TestSupport.write(content, to: "\(store.path)/\(name)")
        }
    }

    /// A byte is a character here: not every word is text.
    static func expanded(_ word: ByteString, _ store: StagedHost) -> ByteString {
        var text = String(String.UnicodeScalarView(word.bytes.map { Unicode.Scalar($0) }))
        text.replace("$store", with: store.path)
        text.replace("$pinned", with: store.image)
        text.replace(/\$([a-z][a-z0-9]*)/) { "\(store.path)/\($0.1)" }
        return ByteString(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    }
}

/// Each attack does work on QEMU alone, or its test would prove nothing; and none does here. What
/// counts is what the guest would find in its flash, not what the command line says.
@Suite(.launching, .needsProducts, .needsFirmware, .needsQEMU)
struct AttackTests {
    private static let flash: [ByteString] = [
        "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=$pinned",
    ]

    private static let proven = Attack.all.filter(\.isProven).flatMap { attack in
        attack.machines.map { (attack, $0) }
    }

    @Test(arguments: proven)
    func `QEMU alone shows the guest other bytes`(
        attack: Attack,
        machine: Attack.MachineKind,
    ) async throws {
        let scene = try AttackScene(attack, on: machine)
        let look = try await scene.alone(attack.beatsFlash ? Self.flash : [])
        guard case .started(let flash, _) = look else {
            // QEMU 11 looks at the names in JSON as well.
            let isNamed = "\(look)".contains("Invalid qdev ID")
            #expect(isNamed, "QEMU alone does not start: \(look)")
            return
        }
        #expect(flash != (try scene.pinned))
    }

    @Test(arguments: Attack.all, Attack.MachineKind.allCases)
    func `asked for by option, the pinned bytes are in flash or nothing starts`(
        attack: Attack,
        machine: Attack.MachineKind,
    ) async throws {
        let scene = try AttackScene(attack, on: machine)
        try judge(try await scene.launched(.option), scene, attack, machine)
    }

    /// What is not in the command line cannot be overlooked there.
    @Test(arguments: Attack.help + Attack.places)
    func `asked for by section, the pinned bytes are in flash or nothing starts`(
        attack: Attack
    ) async throws {
        let scene = try AttackScene(attack, on: .q35, asking: .section)
        try judge(try await scene.launched(.section), scene, attack, .q35)
    }

    private func judge(
        _ look: FlashLook,
        _ scene: AttackScene,
        _ attack: Attack,
        _ machine: Attack.MachineKind,
    ) throws {
        let safe = attack.machines.contains(machine) ? attack.safe : .either
        switch safe {
        case .pinned: look.expectStarted(try scene.pinned)
        case .refused(let status, let start, let quotes):
            look.expectRefused(
                status,
                AttackFiles.expanded(ByteString(start), scene.store).escaped,
                quoting: quotes.map { AttackFiles.expanded(ByteString($0), scene.store).escaped }
            )
        case .either: look.expectSafe(try scene.pinned)
        }
    }
}

extension Attack {
    fileprivate var isProven: Bool {
        if case .none = proof { false } else { true }
    }

    fileprivate var beatsFlash: Bool {
        if case .beatsFlash = proof { true } else { false }
    }
}

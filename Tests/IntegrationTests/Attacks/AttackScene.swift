import Foundation
import Planning
import Testing

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
        try IntegrationTests.write(TinyFirmware.other.image, to: "\(store.path)/other", mode: 0o644)
        try IntegrationTests.write(TinyFirmware.honest.image, to: "\(store.path)/stock")
        // The last three for JSON, where names have to be escaped or may be.
        for name in ["vector", "vector%s", "vector\"'", "vector\u{1F600}"] {
            try IntegrationTests.write(TinyFirmware.other.resetVector, to: "\(store.path)/\(name)")
        }
        let kernels = [
            "multiboot": TinyKernel.multiboot, "pvh": TinyKernel.pvh, "linux": TinyKernel.linux,
        ]
        for (name, kernel) in kernels {
            try IntegrationTests.write(kernel, to: "\(store.path)/\(name)")
        }
        try makeDirectory("\(store.path)/data")
        try IntegrationTests.write(
            TinyFirmware.other.image,
            to: "\(store.path)/data/bios-256k.bin"
        )
        try IntegrationTests.write(Data(count: 1 << 20), to: "\(store.path)/disk", mode: 0o644)
        for (name, text) in files {
            let content = Data(expanded(ByteString(text), store).bytes)
            try IntegrationTests.write(content, to: "\(store.path)/\(name)")
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

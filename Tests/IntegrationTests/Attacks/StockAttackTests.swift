import Foundation
import Planning
import Testing

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

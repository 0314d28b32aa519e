import Foundation
import Planning
import Testing

/// Each attack does work on QEMU alone, or its test would prove nothing; and none does here. What
/// counts is what the guest would find in its flash, not what the command line says.
@Suite(.launching, .needsProducts, .needsFirmware, .needsQEMU)
struct AttackTests {
    private static let flash: [ByteString] = [
        "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=$pinned",
    ]

    @Test(arguments: Attack.all.filter(\.isProven), Attack.MachineKind.allCases)
    func `QEMU alone shows the guest other bytes`(
        attack: Attack,
        machine: Attack.MachineKind,
    ) async throws {
        guard attack.machines.contains(machine) else { return }
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

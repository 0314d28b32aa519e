import Foundation
import Planning
import Testing

/// An answer that depends on the spelling is an answer that can be had another way.
@Suite(.launching, .needsProducts, .needsFirmware, .needsQEMU)
struct SameMachineTests {
    @Test(arguments: SameMachine.all)
    func `every form of a machine gets the same answer`(machine: SameMachine) async throws {
        for (arguments, file) in machine.forms {
            let attack = Attack(
                machine.testDescription,
                arguments,
                files: ["conf": file],
                machine.isStarted ? .pinned : .refused(quoting: ["$conf", "'-"]),
                .none(because: "what is asked is whether the forms differ")
            )
            // A form may name another machine; -machine's last word counts.
            let scene = try AttackScene(attack, on: .q35)
            let look = try await scene.launched(.option)
            let form = "\(arguments.map(\.escaped)) \(file)"
            switch look {
            case .started(let flash, let afterReset):
                #expect(machine.isStarted, "started: \(form)")
                #expect((flash == (try scene.pinned)) == true, "\(form)")
                #expect((afterReset == (try scene.pinned)) == true, "\(form)")
            case .ended(let outcome):
                #expect(!machine.isStarted, "\(form): \(outcome.errors)")
                #expect(outcome.end == .status(64), "\(form): \(outcome)")
            }
        }
    }

    /// Or a wrong spelling in the table would pass for a refusal.
    @Test(arguments: SameMachine.all.filter(\.isStarted))
    func `QEMU alone takes every form`(machine: SameMachine) async throws {
        for (arguments, file) in machine.forms {
            let attack = Attack(
                machine.testDescription,
                arguments,
                files: ["conf": file],
                .either,
                .none(because: "")
            )
            let look = try await AttackScene(attack, on: .q35).alone([])
            guard case .started = look else {
                Issue.record("\(arguments.map(\.escaped)) \(file): \(look)")
                continue
            }
        }
    }
}

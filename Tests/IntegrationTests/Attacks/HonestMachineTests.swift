import Foundation
import Planning
import Testing

/// What nobody attacks has to start, with the pinned bytes.
@Suite(.launching, .needsProducts, .needsFirmware, .needsQEMU)
struct HonestMachineTests {
    @Test(arguments: HonestMachine.all)
    func `the guest finds the pinned image`(machine: HonestMachine) async throws {
        let store = try StagedHost()
        let qemu = machine.hasID ? try ProxmoxQEMU.install(in: store) : Machine.qemu
        try store.configure(qemu: qemu)
        try AttackFiles.write([:], in: store)
        try write(read(Machine.variableStore), to: "\(store.path)/vars", mode: 0o600)
        let words = machine.arguments.map { AttackFiles.expanded($0, store) }
        let request = store.launcher(
            (machine.hasID ? ["-id", "100"] : []) + Machine.qemuOptions
                + StagedHost.firmware + FlashLook.options(store) + words,
            calledAs: Machine.qemuName
        )
        let pinned = try read(store.image)
        try await FlashLook(request, store, byteCount: pinned.count).expectStarted(pinned)
        let variables = try read("\(store.path)/vars")
        #expect((variables == (try read(Machine.variableStore))) == true)
    }

    /// Where the operator allows it, and it does not reach the flash.
    @Test func `a loader above 4 GiB starts with 'debug allow'`() async throws {
        let attack = Attack(
            "",
            ["-device", "loader,file=$vector,addr=0x200000000,force-raw=on"],
            settings: ["debug allow"],
            .pinned,
            .none(because: "it writes elsewhere")
        )
        let scene = try AttackScene(attack, on: .q35)
        try await scene.launched(.option).expectStarted(scene.pinned)
    }
}

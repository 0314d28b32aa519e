import Foundation
import Planning
import Testing

/// What the judgement accepts starts in a real QEMU, and what it refuses does not.
@Suite(
    .enabled(
        if: RunningQEMU.isInstalled && BootedFirmware.hasImages,
        "needs qemu-system-x86 and Debian's ovmf"
    ),
    .serialized
)
struct BootedFirmwareTests {
    @Test(arguments: BootCase.all)
    func `what is accepted boots to its shell`(boot: BootCase) throws {
        let image = try BootedFirmware.image(boot.image)
        let store = try boot.store.map { try BootedFirmware.image($0) }
        let findings = judge(
            image.span,
            in: try BootedFirmware.context(boot.machine, boot.attachment, store: store?.count),
        )
        #expect(findings.refusal == nil)
        #expect(findings.map(\.code) == boot.warnings)
        let guest = try BootedFirmware(image, boot.attachment, store: store, machine: boot.machine)
        #expect(
            guest.waits(for: boot.proof, seconds: 180),
            "the serial console shows \(guest.output)"
        )
    }

    /// QEMU alone starts each of them. A sound image reaches its first word in a part of the time
    /// that these are given.
    @Test(arguments: BootFault.allCases)
    func `what is refused does not boot`(fault: BootFault) throws {
        let sample = try fault.sample()
        let context = try BootedFirmware.context(
            sample.machine,
            sample.attachment,
            store: sample.store.count,
        )
        #expect(judge(sample.image.span, in: context).first?.code == fault.code)
        let guest = try BootedFirmware(
            sample.image,
            sample.attachment,
            store: sample.store,
            machine: sample.machine,
        )
        let patience = 2 * (try #require(BootedFirmware.usualSeconds))
        #expect(!guest.waits(for: "BdsDxe", seconds: patience))
    }
}

/// A virtual CPU's initial state as QEMU and KVM write it into its save area (VMSA), which the
/// launch digest covers.
///
/// Sources: QEMU `target/i386/cpu.c` (reset state), Linux `arch/x86/kvm/svm/sev.c`
/// (`sev_es_sync_vmsa`), AMD APM volume 2, appendix B.
package struct SaveArea: Hashable, Sendable {
    package enum Start: Hashable, Sendable {
        /// The first CPU, at the reset vector below 4 GiB.
        case resetVector
        /// Every other, where the firmware's reset block says.
        case resetBlock(SEVResetBlock)

        var codeSegmentBase: UInt64 {
            switch self {
            case .resetVector: 0xFFFF_0000
            case .resetBlock(let block): block.codeSegmentBase
            }
        }

        var instructionPointer: UInt64 {
            switch self {
            case .resetVector: 0xFFF0
            case .resetBlock(let block): block.instructionPointer
            }
        }
    }

    package static let byteCount = 4096

    let start: Start
    let signature: CPUSignature
    let features: GuestFeatures
    /// Whether KVM copies the initial state of the floating-point unit.
    let includesFloatingPoint: Bool

    /// The page.
    var page: [UInt8] {
        var page = [UInt8](repeating: 0, count: Self.byteCount)
        func put(segment attributes: UInt16, selector: UInt16 = 0, base: UInt64 = 0, at offset: Int)
        {
            page.put(selector, at: offset)
            page.put(attributes, at: offset + 2)
            page.put(UInt32(0xFFFF), at: offset + 4)
            page.put(base, at: offset + 8)
        }
        for data in [0x00, 0x20, 0x30, 0x40, 0x50] {  // ES, SS, DS, FS, GS
            put(segment: 0x93, at: data)
        }
        put(segment: 0x9B, selector: 0xF000, base: start.codeSegmentBase, at: 0x10)  // CS
        put(segment: 0, at: 0x60)  // GDTR
        put(segment: 0x82, at: 0x70)  // LDTR
        put(segment: 0, at: 0x80)  // IDTR
        put(segment: 0x8B, at: 0x90)  // TR
        for (offset, value) in registers { page.put(value, at: offset) }
        return page
    }

    private var registers: [(offset: Int, value: UInt64)] {
        [
            (0x0D0, 0x1000),  // EFER: SVME
            (0x148, 0x40),  // CR4: MCE, which KVM forces
            (0x158, 0x10),  // CR0: ET; KVM clears CD and NW
            (0x160, 0x400),  // DR7
            (0x168, 0xFFFF_0FF0),  // DR6
            (0x170, 0x2),  // RFLAGS
            (0x178, start.instructionPointer),
            (0x268, 0x0007_0406_0007_0406),  // G_PAT
            (0x310, UInt64(signature.rawValue)),  // RDX
            (0x3B0, features.rawValue),
            (0x3E8, 0x1),  // XCR0
            (0x408, includesFloatingPoint ? 0x1F80 : 0),  // MXCSR
            (0x410, includesFloatingPoint ? 0x037F : 0),  // X87_FCW
        ]
    }
}

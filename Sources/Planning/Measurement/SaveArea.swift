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
        func put(_ register: UInt64, at offset: Int) { page.put(register, at: offset) }
        put(0x1000, at: 0x0D0)  // EFER: SVME
        put(0x40, at: 0x148)  // CR4: MCE, which KVM forces
        put(0x10, at: 0x158)  // CR0: ET; KVM clears CD and NW
        put(0x400, at: 0x160)  // DR7
        put(0xFFFF_0FF0, at: 0x168)  // DR6
        put(0x2, at: 0x170)  // RFLAGS
        put(start.instructionPointer, at: 0x178)
        put(0x0007_0406_0007_0406, at: 0x268)  // G_PAT
        put(UInt64(signature.rawValue), at: 0x310)  // RDX
        put(features.rawValue, at: 0x3B0)
        put(0x1, at: 0x3E8)  // XCR0
        put(includesFloatingPoint ? 0x1F80 : 0, at: 0x408)  // MXCSR
        put(includesFloatingPoint ? 0x037F : 0, at: 0x410)  // X87_FCW
        return page
    }
}

/// A virtual CPU's initial state as QEMU and KVM write it into its save area (VMSA), which the
/// launch digest covers.
///
/// Sources: QEMU `target/i386/cpu.c` (reset state), Linux `arch/x86/kvm/svm/sev.c`
/// (`sev_es_sync_vmsa`), AMD APM volume 2, appendix B.
package struct VMSA: Hashable, Sendable {
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
    /// Who prepares it.
    let vmm: VMM
    let features: GuestFeatures
    /// Whether KVM copies the initial state of the floating-point unit, which QEMU sets up.
    let includesFloatingPoint: Bool

    /// The first instruction's.
    var startAddress: UInt64 { start.codeSegmentBase + start.instructionPointer }

    /// RDX at reset: the CPU's signature, if the VMM puts it there.
    var resetRDX: UInt64 {
        switch vmm {
        case .qemu(let signature): UInt64(signature.rawValue)
        case .ec2, .gce: 0x600
        }
    }

    /// The page.
    package var page: [UInt8] {
        var page = [UInt8](repeating: 0, count: Self.byteCount)
        func put(segment attributes: UInt16, selector: UInt16 = 0, base: UInt64 = 0, at offset: Int)
        {
            page.put(selector, at: offset)
            page.put(attributes, at: offset + 2)
            page.put(UInt32(0xFFFF), at: offset + 4)
            page.put(base, at: offset + 8)
        }
        for data in [0x00, 0x30, 0x40, 0x50] {  // ES, DS, FS, GS
            put(segment: 0x93, at: data)
        }
        let code: UInt16 = vmm == .ec2 && start == .resetVector ? 0x9A : 0x9B
        put(segment: code, selector: 0xF000, base: start.codeSegmentBase, at: 0x10)  // CS
        put(segment: vmm == .ec2 ? 0x92 : 0x93, at: 0x20)  // SS
        put(segment: 0, at: 0x60)  // GDTR
        put(segment: 0x82, at: 0x70)  // LDTR
        put(segment: 0, at: 0x80)  // IDTR
        put(segment: vmm == .ec2 ? 0x83 : 0x8B, at: 0x90)  // TR
        func put(_ register: UInt64, at offset: Int) { page.put(register, at: offset) }
        put(0x1000, at: 0x0D0)  // EFER: SVME
        put(0x40, at: 0x148)  // CR4: MCE, which KVM forces
        put(0x10, at: 0x158)  // CR0: ET; KVM clears CD and NW
        put(0x400, at: 0x160)  // DR7
        put(0xFFFF_0FF0, at: 0x168)  // DR6
        put(0x2, at: 0x170)  // RFLAGS
        put(start.instructionPointer, at: 0x178)
        put(vmm == .gce ? 0x0007_0106 : 0x0007_0406_0007_0406, at: 0x268)  // G_PAT
        put(resetRDX, at: 0x310)  // RDX
        put(features.rawValue, at: 0x3B0)
        put(0x1, at: 0x3E8)  // XCR0
        let hasFloatingPoint = includesFloatingPoint && !vmm.decidesVariant
        put(hasFloatingPoint ? 0x1F80 : 0, at: 0x408)  // MXCSR
        put(hasFloatingPoint ? 0x037F : 0, at: 0x410)  // X87_FCW
        return page
    }
}

/// Who starts the guest, and prepares its CPUs and its memory in a way of its own.
///
/// Source for the clouds: sev-snp-measure 0.0.13, `vmsa.py` and `guest.py`. They do not publish it.
package enum VMM: Hashable, Sendable {
    /// A CPU's signature is in its RDX.
    case qemu(CPUSignature)
    /// Amazon's EC2.
    case ec2
    /// Google's Compute Engine.
    case gce

    /// Whether the state of the floating-point unit is the same whichever way the guest is set up.
    var decidesVariant: Bool { self == .ec2 || self == .gce }

    /// The metadata's sections in the order in which they are measured.
    func ordered(_ sections: [SEVMetadata.Section]) -> [SEVMetadata.Section] {
        guard self == .ec2 else { return sections }
        // The CPUID page comes after everything else.
        return sections.filter { $0.kind != .cpuid } + sections.filter { $0.kind == .cpuid }
    }
}

/// SEV_FEATURES of a guest's save areas, by the names of AMD's manual (APM volume 2, 15.36).
package struct GuestFeatures: OptionSet, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static let snpActive = GuestFeatures(rawValue: 1 << 0)
    /// Linux 6.6 to 6.8 set it in SEV-ES guests unless told otherwise.
    package static let debugSwap = GuestFeatures(rawValue: 1 << 5)
    package static let secureTSC = GuestFeatures(rawValue: 1 << 9)

    /// The names of the bits that are set, in their order.
    package var names: [String] {
        (0..<UInt64.bitWidth).filter { rawValue & 1 << $0 != 0 }.map {
            Self.names[$0] ?? "bit \($0)"
        }
    }

    /// `0x21 SNPActive, DebugSwap`
    package var description: String {
        hexadecimal(rawValue) + (isEmpty ? "" : " " + names.joined(separator: ", "))
    }

    private static let names: [Int: String] = [
        0: "SNPActive", 1: "vTOM", 2: "ReflectVC", 3: "RestrictedInjection",
        4: "AlternateInjection", 5: "DebugSwap", 6: "PreventHostIBS", 7: "BTBIsolation",
        8: "VmplSSS", 9: "SecureTSC", 10: "VmgexitParameter", 12: "IbsVirtualization",
        14: "VmsaRegProt", 15: "SmtProtection",
    ]
}

/// The virtual CPUs that there are at launch, as far as a launch digest depends on them.
package struct Processors: Hashable, Sendable {
    /// KVM's own limit on x86 (`KVM_MAX_VCPUS`).
    package static let maximumCount = 4096

    /// Those of `-smp` and the cold-plugged ones; not `maxcpus`.
    package let count: Int
    package let vmm: VMM
    /// SEV_FEATURES, if the host's kernel sets others than those of the guest kind.
    package let features: GuestFeatures?

    package init(
        count: Int,
        vmm: VMM,
        features: GuestFeatures? = nil,
    ) throws(MeasurementRefusal) {
        guard (1...Self.maximumCount).contains(count) else {
            throw .processorCount(found: count, maximum: Self.maximumCount)
        }
        self.count = count
        self.vmm = vmm
        self.features = features
    }
}

extension LaunchDigest {
    /// The CPUs' state: of the first one, and of every other.
    static func saveAreas(
        _ processors: Processors,
        reset: SEVResetBlock,
        features: GuestFeatures,
        includesFloatingPoint: Bool,
    ) -> (first: VMSA, other: VMSA) {
        let area = { (start: VMSA.Start) in
            VMSA(
                start: start,
                vmm: processors.vmm,
                features: processors.features ?? features,
                includesFloatingPoint: includesFloatingPoint,
            )
        }
        return (area(.resetVector), area(.resetBlock(reset)))
    }

    static func resetBlock(
        of image: FirmwareImage,
        for guest: GuestKind,
    ) throws(MeasurementRefusal) -> SEVResetBlock {
        if let refusal = image.refusalOfReset(for: guest) { throw .image(refusal) }
        guard let block = image.sevReset.value else {
            throw .image(.noSEVReset(guest, image.sevReset.fault))
        }
        return block
    }
}

/// Everything that a launch digest depends on besides the image.
package enum MeasuredGuest: Hashable, Sendable {
    case sev(KernelHashes?)
    /// Of all variants, or of the one that is known to be used.
    case sevES(Processors, KernelHashes?, only: ExpectedDigest.Variant? = nil)
    /// - firmware: the digest of the firmware alone, if it is known from elsewhere.
    case sevSNP(Processors, KernelHashes?, firmware: Digest? = nil)
    case tdx

    package var kind: GuestKind {
        switch self {
        case .sev: .sev
        case .sevES: .sevES
        case .sevSNP: .sevSNP
        case .tdx: .tdx
        }
    }
}

/// A launch digest, and the circumstances under which to expect it.
package struct ExpectedDigest: Hashable, Sendable {
    /// What the command line does not decide.
    package enum Variant: String, Hashable, Sendable, CaseIterable {
        /// SEV-ES by KVM_SEV_ES_INIT.
        case legacy
        /// SEV-ES by KVM_SEV_INIT2.
        case init2
        /// TDX as upstream Linux does it.
        case singlePass = "single-pass"
        /// TDX on kernels from before that.
        case twoPass = "two-pass"

        /// When it is the one to expect.
        package var condition: String {
            switch self {
            case .legacy: "QEMU 9.2 to 11.0, and older, unless legacy-vm-type=off"
            case .init2: "legacy-vm-type=off; Linux 6.10 or newer"
            case .singlePass: "Linux 6.16 or newer, QEMU 10.1 or newer"
            case .twoPass: "kernels and QEMU with TDX patches from before it was upstream"
            }
        }
    }

    /// `nil` if there is only one.
    package let variant: Variant?
    package let digest: Digest
    /// What the digest covers, in order.
    package let steps: [LaunchTrace.Step]

    package init(variant: Variant?, digest: Digest, steps: [LaunchTrace.Step] = []) {
        self.variant = variant
        self.digest = digest
        self.steps = steps
    }

    package init(variant: Variant?, _ trace: LaunchTrace) {
        self.init(variant: variant, digest: trace.digest, steps: trace.steps)
    }

    /// The initial state of every CPU, if that is measured.
    package var saveAreas: [VMSA] {
        steps.compactMap { if case .processor(_, let area) = $0.part { area } else { nil } }
    }
}

extension LaunchDigest {
    /// The digests to expect; if there are several, the most likely one comes first.
    package static func expected(
        of guest: MeasuredGuest,
        firmware: Span<UInt8>,
    ) throws(MeasurementRefusal) -> [ExpectedDigest] {
        switch guest {
        case .sev(let hashes):
            return [ExpectedDigest(variant: nil, try sev(firmware: firmware, hashes: hashes))]
        case .sevES(let processors, let hashes, let only):
            let isDecided = processors.vmm.decidesVariant
            let variants = SEVESVariant.allCases.filter {
                isDecided ? $0 == .legacy : only == nil || $0.expected == only
            }
            let traces = try sevES(
                firmware: firmware,
                processors: processors,
                variants: variants,
                hashes: hashes,
            )
            return zip(variants, traces).map {
                ExpectedDigest(variant: isDecided ? nil : $0.expected, $1)
            }
        case .sevSNP(let processors, let hashes, let digest):
            let trace = try sevSNP(
                firmware: firmware,
                measuredAs: digest,
                processors: processors,
                hashes: hashes,
            )
            return [ExpectedDigest(variant: nil, trace)]
        case .tdx:
            let single = try tdx(firmware: firmware, order: .singlePass)
            let two = try tdx(firmware: firmware, order: .twoPass)
            return [
                ExpectedDigest(variant: .singlePass, single),
                ExpectedDigest(variant: .twoPass, two),
            ]
        }
    }
}

extension LaunchDigest.SEVESVariant {
    fileprivate var expected: ExpectedDigest.Variant {
        switch self {
        case .legacy: .legacy
        case .init2: .init2
        }
    }
}

/// The launch digest that the owner of a confidential guest should see, or why it is not known.
package enum LaunchForecast: Equatable, Sendable {
    case digests([ExpectedDigest])
    /// In a separate box: Swift could not hand over a launch that has `any Failure` in place.
    indirect case unknown(LaunchFailure)

    package static func gap(_ gap: MeasurementGap) -> LaunchForecast {
        .unknown(LaunchFailure(gap))
    }

    package var digests: [ExpectedDigest] {
        if case .digests(let digests) = self { digests } else { [] }
    }

    /// For the record: `sha384:…`, `legacy:sha256:…,init2:sha256:…`, `unknown`.
    package var text: String {
        switch self {
        case .digests(let digests):
            digests.map { expected in
                (expected.variant.map { "\($0.rawValue):" } ?? "") + "\(expected.digest)"
            }.joined(separator: ",")
        case .unknown: "unknown"
        }
    }
}

/// Why there is no launch digest to expect.
package enum MeasurementRefusal: Failure, Hashable {
    /// The guest would not start, so nothing would be measured.
    case image(GuestRefusal)
    case notWholePages(byteCount: Int)
    case processorCount(found: Int, maximum: Int)

    package var message: String {
        switch self {
        case .image(let refusal): ImageRefusal.guest(refusal).message
        case .notWholePages(let byteCount):
            "cannot be measured (expected a multiple of 4096 bytes, found \(byteCount))"
        case .processorCount(let found, let maximum):
            "wrong number of virtual CPUs (expected 1 to \(maximum), found \(found))"
        }
    }

    package var hint: String? {
        switch self {
        case .image(let refusal): refusal.hint
        case .notWholePages: "upload the image again"
        case .processorCount: nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .image, .notWholePages: .imageRefused
        case .processorCount: .usage
        }
    }
}

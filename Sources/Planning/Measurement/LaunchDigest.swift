import struct Crypto.SHA256

/// The digests that the owner of a confidential guest should see, computed in advance from the
/// firmware and the command line.
///
/// Each covers the initial memory and CPU state only. Policy, identity block, host data, memory
/// size and devices are separate fields of the reports, or in none.
package enum LaunchDigest {}

extension LaunchDigest {
    /// Plain SEV: SHA-256 over what QEMU encrypts. The platform's firmware reports it only inside
    /// of an HMAC, so only the holder of the guest's integrity key can compare it.
    ///
    /// Source: QEMU `docs/system/i386/amd-memory-encryption.rst`.
    ///
    /// - Parameters:
    ///   - firmware: the image of `-bios`, or of flash unit 0.
    ///   - hashes: if `kernel-hashes` is on and there is a kernel.
    package static func sev(
        firmware: Span<UInt8>,
        hashes: KernelHashes? = nil,
    ) throws(MeasurementRefusal) -> LaunchTrace {
        try start(firmware, hashes, FirmwareImage(firmware)).trace
    }

    /// How KVM sets up an SEV-ES guest, which the digest depends on.
    package enum SEVESVariant: String, Hashable, Sendable, CaseIterable {
        /// KVM_SEV_ES_INIT: what QEMU 9.2 to 11.0 do unless `legacy-vm-type=off` is given.
        case legacy
        /// KVM_SEV_INIT2: `legacy-vm-type=off`. KVM copies the state of the floating-point unit
        /// (Linux 6.10 and newer).
        case init2
    }

    /// SEV-ES: as SEV, and the save area of every CPU.
    ///
    /// - Returns: one for each of the variants, which have the same beginning.
    package static func sevES(
        firmware: Span<UInt8>,
        processors: Processors,
        variants: [SEVESVariant],
        hashes: KernelHashes? = nil,
    ) throws(MeasurementRefusal) -> [LaunchTrace] {
        let image = FirmwareImage(firmware)
        let reset = try resetBlock(of: image, for: .sevES)
        let start = try start(firmware, hashes, image)
        return variants.map { variant in
            let areas = saveAreas(
                processors,
                reset: reset,
                features: [],
                includesFloatingPoint: variant == .init2,
            )
            var (hash, trace) = start
            func add(_ area: VMSA, _ indices: Range<Int>) {
                let page = area.page
                for index in indices {
                    hash.update(page.span)
                    trace.add(.processor(index, area), digest(of: hash))
                }
            }
            add(areas.first, 0..<1)
            add(areas.other, 1..<processors.count)
            return trace
        }
    }

    /// The firmware, and the table of hashes if there is one.
    private static func start(
        _ firmware: Span<UInt8>,
        _ hashes: KernelHashes?,
        _ image: FirmwareImage,
    ) throws(MeasurementRefusal) -> (hash: SHA256, trace: LaunchTrace) {
        var hash = SHA256()
        hash.update(firmware)
        var trace = LaunchTrace(afterFirmware: digest(of: hash), byteCount: firmware.count)
        if let hashes {
            _ = try hashArea(of: image)
            let table = hashes.table
            hash.update(table.span)
            trace.add(.hashTable(hashes), digest(of: hash))
        }
        return (hash, trace)
    }

    /// Of what was hashed so far; more may follow.
    private static func digest(of hash: SHA256) -> Digest {
        Digest(.sha256, bytes: hash.finished())
    }
}

extension LaunchDigest {
    static func hashArea(of image: FirmwareImage) throws(MeasurementRefusal) -> GuestArea {
        if let refusal = image.refusalOfHashArea { throw .image(refusal) }
        guard let area = image.sevHashTable.value else {
            throw .image(.noHashTable(image.sevHashTable.fault))
        }
        return area
    }
}

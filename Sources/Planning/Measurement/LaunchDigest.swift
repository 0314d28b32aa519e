/// The digests that the owner of a confidential guest should see, foretold from the firmware and
/// the command line.
///
/// Each covers the initial memory and CPU state only. Policy, identity block, host data, memory
/// size and devices are separate fields of the reports, or in none.
package enum LaunchDigest<Hashes: HashSuite> {}

extension LaunchDigest {
    /// Plain SEV: SHA-256 over what QEMU encrypts. The platform's firmware reports it only inside
    /// of an HMAC, so it can be compared by who holds the guest's integrity key.
    ///
    /// Source: QEMU `docs/system/i386/amd-memory-encryption.rst`.
    ///
    /// - Parameters:
    ///   - firmware: the image of `-bios`, or of flash unit 0.
    ///   - hashes: where `kernel-hashes` is on and there is a kernel.
    package static func sev(
        firmware: Span<UInt8>,
        hashes: KernelHashes? = nil,
    ) throws(MeasurementRefusal) -> Digest {
        var hash = Hashes.SHA256()
        hash.update(firmware)
        try addHashes(hashes, to: &hash, for: FirmwareImage(firmware))
        return Digest(.sha256, bytes: hash.finished())
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
    /// - Returns: a digest for each of the variants, which begin alike.
    package static func sevES(
        firmware: Span<UInt8>,
        processors: Processors,
        variants: [SEVESVariant],
        hashes: KernelHashes? = nil,
    ) throws(MeasurementRefusal) -> [Digest] {
        let image = FirmwareImage(firmware)
        let reset = try resetBlock(of: image, for: .sevES)
        var start = Hashes.SHA256()
        start.update(firmware)
        try addHashes(hashes, to: &start, for: image)
        return variants.map { variant in
            let pages = savePages(
                processors,
                reset: reset,
                features: [],
                includesFloatingPoint: variant == .init2,
            )
            var hash = start
            hash.update(pages.first.span)
            for _ in 1..<processors.count { hash.update(pages.other.span) }
            return Digest(.sha256, bytes: hash.finished())
        }
    }

    private static func addHashes(
        _ hashes: KernelHashes?,
        to hash: inout Hashes.SHA256,
        for image: FirmwareImage,
    ) throws(MeasurementRefusal) {
        guard let hashes else { return }
        _ = try hashArea(of: image)
        let table = hashes.table
        hash.update(table.span)
    }
}

extension LaunchDigest {
    /// The pages of the CPUs' state: of the first CPU, and of every other.
    static func savePages(
        _ processors: Processors,
        reset: SEVResetBlock,
        features: GuestFeatures,
        includesFloatingPoint: Bool,
    ) -> (first: [UInt8], other: [UInt8]) {
        let page = { (start: SaveArea.Start) in
            SaveArea(
                start: start,
                signature: processors.signature,
                features: processors.features ?? features,
                includesFloatingPoint: includesFloatingPoint,
            ).page
        }
        return (page(.resetVector), page(.resetBlock(reset)))
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

    static func hashArea(of image: FirmwareImage) throws(MeasurementRefusal) -> GuestArea {
        if let refusal = image.refusalOfHashArea { throw .image(refusal) }
        guard let area = image.sevHashTable.value else {
            throw .image(.noHashTable(image.sevHashTable.fault))
        }
        return area
    }
}

/// A hash function that somebody else provides: Planning decides what is hashed and links no
/// cryptography.
package protocol HashFunction {
    /// How many bytes it yields.
    static var byteCount: Int { get }

    init()
    mutating func update(_ bytes: Span<UInt8>)
    /// Ends the hash and puts its `byteCount` bytes into `output`, from `offset` on. In place,
    /// because a launch digest ends a hash for every page.
    consuming func finish(into output: inout [UInt8], at offset: Int)
}

/// The two functions that launch digests are made of.
package protocol HashSuite {
    associatedtype SHA256: HashFunction
    associatedtype SHA384: HashFunction
}

extension HashFunction {
    /// The hash of one run of bytes.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.finished()
    }

    package consuming func finished() -> [UInt8] {
        var output = [UInt8](repeating: 0, count: Self.byteCount)
        finish(into: &output, at: 0)
        return output
    }
}

extension [UInt8] {
    /// Puts the number's bytes in place, little endian.
    mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
        for index in 0..<value.bitWidth / 8 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8))
        }
    }

    mutating func put(_ bytes: some Collection<UInt8>, at offset: Int) {
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}

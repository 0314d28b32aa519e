import struct Crypto.SHA384

extension LaunchDigest {
    /// SEV-SNP: the MEASUREMENT of an attestation report.
    ///
    /// Source: AMD SEV-SNP firmware ABI, 8.17; QEMU `target/i386/sev.c` for the order of pages.
    ///
    /// - Parameters:
    ///   - firmware: the image of `-bios`, all of it: a variable store in it is measured too.
    ///   - known: the digest of the firmware alone, as ``sevSNPFirmware(_:)`` computes it. Of the
    ///     image, only the metadata counts then.
    ///   - hashes: if `kernel-hashes` is on.
    package static func sevSNP(
        firmware: Span<UInt8>,
        measuredAs known: Digest? = nil,
        processors: Processors,
        hashes: KernelHashes? = nil,
    ) throws(MeasurementRefusal) -> LaunchTrace {
        var chain: SNPChain
        if let known {
            chain = SNPChain(digest: known)
        } else {
            chain = try SNPChain(firmware: firmware)
        }
        var trace = LaunchTrace(afterFirmware: chain.digest, byteCount: firmware.count)
        let image = FirmwareImage(firmware)
        let reset = try resetBlock(of: image, for: .sevSNP)
        let sections = try sections(of: image)
        let hashPage = try hashPage(hashes, of: image)
        for section in processors.vmm.ordered(sections) {
            chain.add(section, for: processors.vmm, hashPage: hashPage)
            let isTable = section.kind == .kernelHashes
            trace.add(.section(section, hashes: isTable ? hashes : nil), chain.digest)
        }
        let areas = saveAreas(
            processors,
            reset: reset,
            features: .snpActive,
            includesFloatingPoint: true,
        )
        for (area, indices) in [(areas.first, 0..<1), (areas.other, 1..<processors.count)] {
            chain.prepare(area.page)
            for index in indices {
                chain.extend(.vmsa, at: SNPChain.vmsaAddress)
                trace.add(.processor(index, area), chain.digest)
            }
        }
        return trace
    }

    /// The launch digest after the firmware and before everything else, by which tools tell images
    /// apart.
    package static func sevSNPFirmware(
        _ firmware: Span<UInt8>
    ) throws(MeasurementRefusal) -> Digest {
        try SNPChain(firmware: firmware).digest
    }

    private static func sections(
        of image: FirmwareImage
    ) throws(MeasurementRefusal) -> [SEVMetadata.Section] {
        if let refusal = image.refusalOfSEVMetadata { throw .image(refusal) }
        return image.sevMetadata.value?.sections ?? []
    }

    /// The first page of the KERNEL_HASHES section, with the table where the firmware looks for it.
    private static func hashPage(
        _ hashes: KernelHashes?,
        of image: FirmwareImage,
    ) throws(MeasurementRefusal) -> [UInt8]? {
        guard let hashes else { return nil }
        let area = try hashArea(of: image)
        guard image.sevMetadata.value?.hashSection(for: area) != nil else {
            throw .image(.noHashSection)
        }
        var page = [UInt8](repeating: 0, count: SNPChain.pageByteCount)
        page.put(hashes.table, at: Int(area.base & 0xFFF))
        return page
    }
}

/// The chain of hashes that SNP_LAUNCH_UPDATE extends by one link a page.
///
/// Source: AMD SEV-SNP firmware ABI, 8.17.2, structure PAGE_INFO.
struct SNPChain {
    enum PageType: UInt8 {
        case normal = 1
        case vmsa = 2
        case zero = 3
        case unmeasured = 4
        case secrets = 5
        case cpuid = 6
    }

    static let pageByteCount = 4096
    /// KVM gives every save area this address (`INITIAL_VMSA_GPA`).
    static let vmsaAddress: UInt64 = 0xFFFF_FFFF_F000

    /// PAGE_INFO, written in place: the digest so far, the page's contents, their description.
    private var info: [UInt8]
    private static let contentsOffset = 48
    private static let typeOffset = 98
    private static let addressOffset = 104

    /// Goes on after what has this digest.
    ///
    /// - Parameter digest: SHA-384.
    init(digest: Digest) {
        info = [UInt8](repeating: 0, count: 0x70)
        info.put(digest.bytes, at: 0)
        info.put(UInt16(0x70), at: 96)
    }

    /// Begins with the pages of the firmware.
    ///
    /// - Parameter firmware: whole pages, the last of which ends at 4 GiB.
    init(firmware: Span<UInt8>) throws(MeasurementRefusal) {
        guard firmware.count.isMultiple(of: Self.pageByteCount) else {
            throw .notWholePages(byteCount: firmware.count)
        }
        self.init(digest: Digest(.sha384, bytes: [UInt8](repeating: 0, count: 48)))
        let base = (1 << 32) - firmware.count
        for offset in stride(from: 0, to: firmware.count, by: Self.pageByteCount) {
            let page = firmware.extracting(offset..<offset + Self.pageByteCount)
            // Much of an image is erased flash: a page like the one before it is hashed once.
            if offset == 0 || !Self.repeats(page, before: offset, in: firmware) {
                hashContents(page)
            }
            extend(.normal, at: UInt64(base + offset))
        }
    }

    private static func repeats(
        _ page: Span<UInt8>,
        before offset: Int,
        in firmware: Span<UInt8>,
    ) -> Bool {
        let start = offset - pageByteCount
        for index in page.indices where page[index] != firmware[start + index] { return false }
        return true
    }

    /// The launch digest so far.
    var digest: Digest { Digest(.sha384, bytes: Array(info[..<Self.contentsOffset])) }

    /// - Parameter hashPage: the page with the kernel's hashes, if there are any.
    mutating func add(_ section: SEVMetadata.Section, for vmm: VMM, hashPage: [UInt8]?) {
        let pages = stride(from: UInt64(section.address), to: section.end, by: Self.pageByteCount)
        if section.kind == .kernelHashes, let hashPage {
            var page = hashPage
            for address in pages {
                add(page.span, as: .normal, at: address)
                page = [UInt8](repeating: 0, count: Self.pageByteCount)
            }
            return
        }
        let type: PageType =
            switch section.kind {
            case .secrets: .secrets
            case .cpuid: .cpuid
            case .preValidated: vmm == .gce ? .unmeasured : .zero
            case .svsmCallingArea, .kernelHashes, .other: .zero
            }
        clearContents()
        for address in pages { extend(type, at: address) }
    }

    /// The links that follow are of pages with these contents.
    mutating func prepare(_ page: [UInt8]) { hashContents(page.span) }

    private mutating func add(_ page: Span<UInt8>, as type: PageType, at address: UInt64) {
        hashContents(page)
        extend(type, at: address)
    }

    private mutating func hashContents(_ page: Span<UInt8>) {
        info.put(SHA384.hash(page), at: Self.contentsOffset)
    }

    /// Only the place of such pages is measured.
    private mutating func clearContents() {
        for index in Self.contentsOffset..<Self.contentsOffset + 48 { info[index] = 0 }
    }

    mutating func extend(_ type: PageType, at address: UInt64) {
        info[Self.typeOffset] = type.rawValue
        info.put(address, at: Self.addressOffset)
        let digest = SHA384.hash(info.span)
        info.put(digest, at: 0)
    }
}

import struct Crypto.SHA384

extension LaunchDigest {
    /// SEV-SNP: the MEASUREMENT of an attestation report.
    ///
    /// Source: AMD SEV-SNP firmware ABI, 8.17; QEMU `target/i386/sev.c` for the order of pages.
    ///
    /// - Parameters:
    ///   - firmware: the image of `-bios`, all of it: a variable store in it is measured too.
    ///   - hashes: if `kernel-hashes` is on.
    package static func sevSNP(
        firmware: Span<UInt8>,
        processors: Processors,
        hashes: KernelHashes? = nil,
    ) throws(MeasurementRefusal) -> Digest {
        var chain = try SNPChain(firmware: firmware)
        let image = FirmwareImage(firmware)
        let reset = try resetBlock(of: image, for: .sevSNP)
        let sections = try sections(of: image)
        let hashPage = try hashPage(hashes, of: image)
        for section in sections { chain.add(section, hashPage: hashPage) }
        let pages = vmsaPages(
            processors,
            reset: reset,
            features: .snpActive,
            includesFloatingPoint: true,
        )
        chain.add(vmsa: pages.first, count: 1)
        chain.add(vmsa: pages.other, count: processors.count - 1)
        return Digest(.sha384, bytes: chain.digest)
    }

    /// The launch digest after the firmware and before everything else, by which tools tell images
    /// apart.
    package static func sevSNPFirmware(
        _ firmware: Span<UInt8>
    ) throws(MeasurementRefusal) -> Digest {
        Digest(.sha384, bytes: try SNPChain(firmware: firmware).digest)
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

    /// Begins with the pages of the firmware.
    ///
    /// - Parameter firmware: whole pages, the last of which ends at 4 GiB.
    init(firmware: Span<UInt8>) throws(MeasurementRefusal) {
        guard firmware.count.isMultiple(of: Self.pageByteCount) else {
            throw .notWholePages(byteCount: firmware.count)
        }
        info = [UInt8](repeating: 0, count: 0x70)
        info.put(UInt16(0x70), at: 96)
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
    var digest: [UInt8] { Array(info[..<Self.contentsOffset]) }

    /// - Parameter hashPage: the page with the kernel's hashes, if there are any.
    mutating func add(_ section: SEVMetadata.Section, hashPage: [UInt8]?) {
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
            case .preValidated, .svsmCallingArea, .kernelHashes, .other: .zero
            }
        clearContents()
        for address in pages { extend(type, at: address) }
    }

    mutating func add(vmsa page: [UInt8], count: Int) {
        hashContents(page.span)
        for _ in 0..<count { extend(.vmsa, at: Self.vmsaAddress) }
    }

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

    private mutating func extend(_ type: PageType, at address: UInt64) {
        info[Self.typeOffset] = type.rawValue
        info.put(address, at: Self.addressOffset)
        let digest = SHA384.hash(info.span)
        info.put(digest, at: 0)
    }
}

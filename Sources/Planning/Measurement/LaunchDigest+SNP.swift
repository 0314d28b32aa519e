extension LaunchDigest {
    /// SEV-SNP: the MEASUREMENT of an attestation report.
    ///
    /// Source: AMD SEV-SNP firmware ABI, 8.17; QEMU `target/i386/sev.c` for the order of pages.
    ///
    /// - Parameters:
    ///   - firmware: the image of `-bios`, all of it: a variable store in it is measured too.
    ///   - hashes: where `kernel-hashes` is on.
    ///   - addPages: hands on the digests of all pages of the firmware, some at a time; called once the
    ///     image cannot be refused any more.
    package static func sevSNP(
        firmware: Span<UInt8>,
        processors: Processors,
        hashes: KernelHashes? = nil,
        addPages: (_ add: ([UInt8]) -> Void) -> Void,
    ) throws(MeasurementRefusal) -> Digest {
        var start = try SNPFirmwareDigest<Hashes.SHA384>(firmwareByteCount: firmware.count)
        let image = FirmwareImage(firmware)
        let reset = try resetBlock(of: image, for: .sevSNP)
        let sections = try sections(of: image)
        let hashPage = try hashPage(hashes, of: image)
        addPages { start.add($0) }
        var chain = SNPChain<Hashes.SHA384>(after: start.digest)
        for section in sections { chain.add(section, hashPage: hashPage) }
        let pages = savePages(
            processors,
            reset: reset,
            features: .snpActive,
            includesFloatingPoint: true,
        )
        chain.add(saveArea: pages.first, count: 1)
        chain.add(saveArea: pages.other, count: processors.count - 1)
        return Digest(.sha384, bytes: chain.digest)
    }

    /// The same with all of it on this thread.
    package static func sevSNP(
        firmware: Span<UInt8>,
        processors: Processors,
        hashes: KernelHashes? = nil,
    ) throws(MeasurementRefusal) -> Digest {
        try sevSNP(firmware: firmware, processors: processors, hashes: hashes) {
            $0(PageDigester.digests(ofPagesIn: firmware, using: Hashes.SHA384.self))
        }
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
        var page = [UInt8](repeating: 0, count: SNPChain<Hashes.SHA384>.pageByteCount)
        page.put(hashes.table, at: Int(area.base & 0xFFF))
        return page
    }
}

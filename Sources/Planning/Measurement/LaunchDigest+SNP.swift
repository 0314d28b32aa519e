extension LaunchDigest {
    /// SEV-SNP: the MEASUREMENT of an attestation report.
    ///
    /// Source: AMD SEV-SNP firmware ABI, 8.17; QEMU `target/i386/sev.c` for the order of pages.
    ///
    /// - Parameters:
    ///   - firmware: the image of `-bios`, all of it: a variable store in it is measured too.
    ///   - hashes: where `kernel-hashes` is on.
    ///   - firmwareDigest: the one after the firmware, where it is known.
    package static func sevSNP(
        firmware: Span<UInt8>,
        processors: Processors,
        hashes: KernelHashes? = nil,
        firmwareDigest: Digest? = nil,
    ) throws(MeasurementRefusal) -> Digest {
        let image = FirmwareImage(firmware)
        let reset = try resetBlock(of: image, for: .sevSNP)
        let sections = try sections(of: image)
        let hashPage = try hashPage(hashes, of: image)
        let start =
            if let firmwareDigest { firmwareDigest } else {
                try SNPFirmwareDigest<Hashes.SHA384>(of: firmware).digest
            }
        var chain = SNPChain<Hashes.SHA384>(after: start)
        for section in sections { chain.add(section, hashPage: hashPage) }
        let areas = saveAreas(
            processors,
            reset: reset,
            features: .snpActive,
            includesFloatingPoint: true,
        )
        for (page, count) in areas { chain.add(saveArea: page, count: count) }
        return Digest(.sha384, bytes: chain.digest)
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

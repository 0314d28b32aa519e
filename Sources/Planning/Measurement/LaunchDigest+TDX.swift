extension LaunchDigest {
    /// In which order the host tells the TDX module of a section's pages and of their contents.
    package enum TDXOrder: String, Hashable, Sendable, CaseIterable {
        /// Each page and then its contents: Linux 6.16 and newer.
        case singlePass
        /// All pages of a section and then all contents: kernels from before TDX was upstream.
        case twoPass
    }

    /// TDX: MRTD. It covers the code and the layout of the initial memory; the variable store and
    /// the hand-off blocks are in RTMR0, which the firmware extends.
    ///
    /// Source: Intel TDX module base specification, measurement of TDH.MEM.PAGE.ADD and
    /// TDH.MR.EXTEND.
    package static func tdx(
        firmware: Span<UInt8>,
        order: TDXOrder = .singlePass,
    ) throws(MeasurementRefusal) -> Digest {
        let image = FirmwareImage(firmware)
        if let refusal = image.refusalOfTDXMetadata { throw .image(refusal) }
        var chain = TDXChain<Hashes.SHA384>()
        for section in image.tdxMetadata.value?.sections ?? [] {
            chain.add(section, of: firmware, order: order == .singlePass ? .interleaved : .separate)
        }
        return Digest(.sha384, bytes: chain.finished())
    }
}

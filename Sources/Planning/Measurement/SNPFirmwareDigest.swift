/// The launch digest of an SEV-SNP guest after its firmware and before everything else, by which
/// tools tell images apart.
package struct SNPFirmwareDigest<SHA384: HashFunction> {
    private var chain = SNPChain<SHA384>()
    private var address: UInt64

    /// - Parameter firmwareByteCount: whole pages, the last of which ends at 4 GiB.
    package init(firmwareByteCount: Int) throws(MeasurementRefusal) {
        guard firmwareByteCount.isMultiple(of: SNPChain<SHA384>.pageByteCount) else {
            throw .notWholePages(byteCount: firmwareByteCount)
        }
        address = (1 << 32) - UInt64(firmwareByteCount)
    }

    /// The digest of a whole image.
    package init(of firmware: Span<UInt8>) throws(MeasurementRefusal) {
        try self.init(firmwareByteCount: firmware.count)
        add(PageDigester.digests(ofPagesIn: firmware, using: SHA384.self))
    }

    /// Goes on with the pages that come next.
    ///
    /// - Parameter digests: of each of them, as a ``PageDigester`` returns them.
    package mutating func add(_ digests: [UInt8]) {
        chain.add(pageDigests: digests, at: &address)
    }

    package var digest: Digest { Digest(.sha384, bytes: chain.digest) }
}

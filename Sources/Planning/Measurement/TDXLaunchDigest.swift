import struct Crypto.SHA384

extension LaunchDigest {
    /// The order in which the host gives the TDX module a section's pages and their contents.
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
    ) throws(MeasurementRefusal) -> LaunchTrace {
        let image = FirmwareImage(firmware)
        if let refusal = image.refusalOfTDXMetadata { throw .image(refusal) }
        var chain = TDXChain()
        var trace = LaunchTrace(beforeSections: chain.digest)
        for section in image.tdxMetadata.value?.sections ?? [] {
            chain.add(section, of: firmware, order: order == .singlePass ? .interleaved : .separate)
            trace.add(.tdxSection(section), chain.digest)
        }
        return trace
    }
}

/// The one running hash into which the TDX module puts every page that is added and every chunk of
/// contents that is measured.
struct TDXChain {
    enum Order {
        case interleaved
        case separate
    }

    private static let pageByteCount: UInt64 = 4096
    private static let chunkByteCount: UInt64 = 256

    private var hash = SHA384()
    private var addition = Record("MEM.PAGE.ADD")
    private var measurement = Record("MR.EXTEND")

    /// The section has no defects: it is whole pages, and everything that is measured is in the
    /// image.
    mutating func add(_ section: TDXMetadata.Section, of image: Span<UInt8>, order: Order) {
        let pages = stride(from: section.address, to: section.end, by: Int(Self.pageByteCount))
        let isMeasured = section.attributes.contains(.measured)
        for page in pages {
            addition.update(&hash, with: page)
            if isMeasured, order == .interleaved { measure(page, of: section, in: image) }
        }
        guard isMeasured, order == .separate else { return }
        for page in pages { measure(page, of: section, in: image) }
    }

    /// Of what was added so far; more may follow.
    var digest: Digest { Digest(.sha384, bytes: hash.finished()) }

    private mutating func measure(
        _ page: UInt64,
        of section: TDXMetadata.Section,
        in image: Span<UInt8>,
    ) {
        let start = section.data.lowerBound + Int(page - section.address)
        for chunk in stride(from: 0, to: Self.pageByteCount, by: Int(Self.chunkByteCount)) {
            measurement.update(&hash, with: page + chunk)
            let offset = start + Int(chunk)
            hash.update(image.extracting(offset..<offset + Int(Self.chunkByteCount)))
        }
    }

    /// 128 bytes that name an operation and its address.
    private struct Record {
        private var bytes = [UInt8](repeating: 0, count: 128)

        init(_ operation: String) {
            bytes.put(Array(operation.utf8), at: 0)
        }

        mutating func update(_ hash: inout SHA384, with address: UInt64) {
            bytes.put(address, at: 16)
            hash.update(bytes.span)
        }
    }
}

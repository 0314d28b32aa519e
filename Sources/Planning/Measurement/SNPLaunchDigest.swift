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

/// The chain of hashes that SNP_LAUNCH_UPDATE extends by one link a page.
///
/// Source: AMD SEV-SNP firmware ABI, 8.17.2, structure PAGE_INFO.
struct SNPChain<SHA384: HashFunction> {
    enum PageType: UInt8 {
        case normal = 1
        case saveArea = 2
        case zero = 3
        case unmeasured = 4
        case secrets = 5
        case cpuid = 6
    }

    static var pageByteCount: Int { PageDigester.pageByteCount }
    /// KVM gives every save area this address (`INITIAL_VMSA_GPA`).
    static var saveAreaAddress: UInt64 { 0xFFFF_FFFF_F000 }

    /// PAGE_INFO, written in place: the digest so far, the page's contents, their description.
    private var info: [UInt8]
    private static var contentsOffset: Int { 48 }
    private static var typeOffset: Int { 98 }
    private static var addressOffset: Int { 104 }

    /// - Parameter firmware: the digest after the firmware; `nil` to begin before it.
    init(after firmware: Digest? = nil) {
        info = [UInt8](repeating: 0, count: 0x70)
        info.put(UInt16(0x70), at: 96)
        if let firmware { info.put(firmware.bytes, at: 0) }
    }

    /// The launch digest so far.
    var digest: [UInt8] { Array(info[..<Self.contentsOffset]) }

    /// Pages of the firmware.
    ///
    /// - Parameters:
    ///   - digests: of each page, one after the other.
    ///   - address: of the first of them; afterwards that of the page that comes next.
    mutating func add(pageDigests digests: [UInt8], at address: inout UInt64) {
        let byteCount = SHA384.byteCount
        for start in stride(from: 0, to: digests.count, by: byteCount) {
            info.put(digests[start..<start + byteCount], at: Self.contentsOffset)
            extend(.normal, at: address)
            address += UInt64(Self.pageByteCount)
        }
    }

    /// - Parameter hashPage: the page with the kernel's hashes, where there are any.
    mutating func add(_ section: SEVMetadata.Section, hashPage: [UInt8]?) {
        let pages = stride(from: UInt64(section.address), to: section.end, by: Self.pageByteCount)
        if section.kind == .kernelHashes, let hashPage {
            var page = hashPage
            for address in pages {
                add(page, as: .normal, at: address)
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

    mutating func add(saveArea page: [UInt8], count: Int) {
        hashContents(page.span)
        for _ in 0..<count { extend(.saveArea, at: Self.saveAreaAddress) }
    }

    private mutating func add(_ page: [UInt8], as type: PageType, at address: UInt64) {
        hashContents(page.span)
        extend(type, at: address)
    }

    private mutating func hashContents(_ page: Span<UInt8>) {
        var hash = SHA384()
        hash.update(page)
        hash.finish(into: &info, at: Self.contentsOffset)
    }

    /// Only the place of such pages is measured.
    private mutating func clearContents() {
        for index in Self.contentsOffset..<Self.contentsOffset + 48 { info[index] = 0 }
    }

    private mutating func extend(_ type: PageType, at address: UInt64) {
        info[Self.typeOffset] = type.rawValue
        info.put(address, at: Self.addressOffset)
        var hash = SHA384()
        hash.update(info.span)
        hash.finish(into: &info, at: 0)
    }
}

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

/// The SHA-384 of pages. The chain of an SEV-SNP launch goes on from these alone, so that several
/// threads can compute some of them each.
///
/// The hash function is a parameter of the method and not of the type: for a generic type the
/// runtime would search all conformances of the program, which takes as long as a dozen pages.
package struct PageDigester {
    package static var pageByteCount: Int { 4096 }

    /// The page that was digested last, and its digest: most of an image is padding, which is
    /// hashed once.
    private var last: Int?
    private var digest: [UInt8] = []

    package init() {}

    /// - Parameters:
    ///   - pages: by their numbers, all of them in `firmware`.
    ///   - firmware: the same bytes in each call. Only `pages` are looked at, and the page before
    ///     them in the order of the calls.
    /// - Returns: one digest after the other.
    package mutating func digests<SHA384: HashFunction>(
        of pages: Range<Int>,
        in firmware: Span<UInt8>,
        using _: SHA384.Type,
    ) -> [UInt8] {
        var digests: [UInt8] = []
        digests.reserveCapacity(pages.count * SHA384.byteCount)
        for page in pages {
            let bytes = firmware.extracting(Self.bytes(of: page))
            let isRepeated = last.map { bytes.isEqual(to: firmware.extracting(Self.bytes(of: $0))) }
            if isRepeated != true {
                digest = SHA384.hash(bytes)
            }
            last = page
            digests += digest
        }
        return digests
    }

    /// Of all whole pages, by one digester.
    static func digests<SHA384: HashFunction>(
        ofPagesIn firmware: Span<UInt8>,
        using function: SHA384.Type,
    ) -> [UInt8] {
        var digester = PageDigester()
        return digester.digests(
            of: 0..<firmware.count / pageByteCount,
            in: firmware,
            using: function,
        )
    }

    private static func bytes(of page: Int) -> Range<Int> {
        page * pageByteCount..<(page + 1) * pageByteCount
    }
}

extension Span where Element == UInt8 {
    /// Compares without a branch a byte, which lets the compiler take many bytes at a time.
    fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for start in stride(from: 0, to: count, by: 512) {
            let end = Swift.min(start + 512, count)
            let mine = extracting(start..<end)
            let others = other.extracting(start..<end)
            var difference: UInt8 = 0
            for index in mine.indices { difference |= mine[index] ^ others[index] }
            guard difference == 0 else { return false }
        }
        return true
    }
}

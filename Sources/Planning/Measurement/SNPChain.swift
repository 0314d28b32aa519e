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

    static var pageByteCount: Int { PageDigests.pageByteCount }
    /// KVM gives every save area this address (`INITIAL_VMSA_GPA`).
    static var saveAreaAddress: UInt64 { 0xFFFF_FFFF_F000 }

    /// PAGE_INFO, written in place: the digest so far, the page's contents, their description.
    private var info: [UInt8]
    private static var contentsOffset: Int { 48 }
    private static var typeOffset: Int { 98 }
    private static var addressOffset: Int { 104 }

    init() {
        info = [UInt8](repeating: 0, count: 0x70)
        info.put(UInt16(0x70), at: 96)
    }

    /// The launch digest so far.
    var digest: [UInt8] { Array(info[..<Self.contentsOffset]) }

    /// The pages of the image, the last of which ends at 4 GiB.
    ///
    /// - Parameter nextPart: the digests of its pages, part for part in order; `nil` to compute
    ///   them here.
    mutating func add(_ firmware: Span<UInt8>, parts nextPart: (() -> PageDigests?)? = nil) {
        var address = (1 << 32) - UInt64(firmware.count)
        var whole = nextPart == nil ? PageDigests(of: firmware, using: SHA384.self) : nil
        while let part = nextPart?() ?? whole.take() {
            // Their digest is in its place still.
            extend(.normal, at: &address, count: part.leadingCount)
            for (run, count) in part.runs.enumerated() {
                info.put(part.digest(ofRun: run), at: Self.contentsOffset)
                extend(.normal, at: &address, count: count)
            }
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

    private mutating func extend(_ type: PageType, at address: inout UInt64, count: Int) {
        for _ in 0..<count {
            extend(type, at: address)
            address += UInt64(Self.pageByteCount)
        }
    }

    private mutating func extend(_ type: PageType, at address: UInt64) {
        info[Self.typeOffset] = type.rawValue
        info.put(address, at: Self.addressOffset)
        var hash = SHA384()
        hash.update(info.span)
        hash.finish(into: &info, at: 0)
    }
}

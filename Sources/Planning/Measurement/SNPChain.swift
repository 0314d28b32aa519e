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

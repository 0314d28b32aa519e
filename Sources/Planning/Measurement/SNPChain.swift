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

    static var pageByteCount: Int { 4096 }
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

    /// The image, which ends at 4 GiB.
    ///
    /// Most of an image is padding, page after page the same: those hash once.
    mutating func add(firmware: Span<UInt8>) {
        var address = (1 << 32) - UInt64(firmware.count)
        var previous: Int?
        for offset in stride(from: 0, to: firmware.count, by: Self.pageByteCount) {
            let repeats = previous.map { firmware.isEqual(Self.pageByteCount, at: offset, and: $0) }
            if repeats != true { hashContents(firmware.extracting(offset..<offset + 4096)) }
            extend(.normal, at: address)
            previous = offset
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

extension Span where Element == UInt8 {
    /// Whether the same `length` bytes lie at two offsets, both inside.
    fileprivate func isEqual(_ length: Int, at first: Int, and second: Int) -> Bool {
        let step = 256
        for start in stride(from: 0, to: length, by: step) {
            var difference: UInt8 = 0
            for index in start..<Swift.min(start + step, length) {
                difference |= self[first + index] ^ self[second + index]
            }
            guard difference == 0 else { return false }
        }
        return true
    }
}

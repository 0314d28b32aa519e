/// Why firmware gives up on a variable store when it starts, by the store's headers alone. Each of
/// them ends OVMF in an exception or a dead loop before the guest sees anything.
///
/// The variables themselves are not looked at: firmware skips what it cannot read of them, and
/// stores that guests have written to are full of leftovers.
package enum VariableStoreFault: Hashable, Sendable {
    /// No signature of a firmware volume.
    case noVolume
    /// The volume's header does not agree with its own checksum, revision or block map.
    case damagedVolume
    case otherFileSystem(GUID)
    case volumeLength(found: UInt64, expected: Int)
    /// The volume says that it cannot be written to.
    case notWritable
    /// Neither of the two kinds of variable store.
    case otherStore(GUID)
    case storeLength(found: Int, maximum: Int)
    case notFormatted(UInt8)
    case notHealthy(UInt8)

    package var text: String {
        switch self {
        case .noVolume: "no firmware volume"
        case .damagedVolume: "the header of its firmware volume is damaged"
        case .otherFileSystem(let guid):
            "its firmware volume is not one of variables (\(guid))"
        case .volumeLength(let found, let expected):
            "its firmware volume has a wrong length (expected \(expected) bytes, found \(found))"
        case .notWritable: "its firmware volume cannot be written to"
        case .otherStore(let guid): "no store of variables in its firmware volume (\(guid))"
        case .storeLength(let found, let maximum):
            "its store of variables has a wrong length"
                + " (expected at most \(maximum) bytes, found \(found))"
        case .notFormatted(let found): "its store of variables is not formatted (\(found))"
        case .notHealthy(let found): "its store of variables is not healthy (\(found))"
        }
    }
}

extension VariableStoreFault {
    /// The checks of OVMF's flash driver and of edk2's variable driver, in their order.
    ///
    /// Source: `ValidateFvHeader` in edk2 `OvmfPkg/QemuFlashFvbServicesRuntimeDxe/FwBlockService.c`,
    /// `InitRealNonVolatileVariableStore` in `MdeModulePkg/Universal/Variable/RuntimeDxe/`.
    ///
    /// - Parameters:
    ///   - bytes: the store's first page, or more.
    ///   - byteCount: what the guest sees of it; `nil` if that is not known.
    /// - Returns: `nil` for a store that firmware takes. A first page of zeros is one: flash cannot
    ///   be told from memory then, and the guest goes on without keeping its settings
    ///   (`QemuFlashDetected`).
    package static func look(at bytes: Span<UInt8>, byteCount: Int?) -> VariableStoreFault? {
        let firstPage = bytes.extracting(0..<min(bytes.count, VolumeLayout.alignment))
        guard !firstPage.consists(of: 0) else { return nil }
        guard bytes.holds("_FVH", at: 0x28), let length = bytes.uint64(at: 0x20) else {
            return .noVolume
        }
        guard let volume = VolumeHeader(at: 0, of: bytes).volume,
            bytes.uint8(at: 0x37) == revision
        else {
            let isTooShort = length < UInt64(headersByteCount)
            return isTooShort
                ? .volumeLength(found: length, expected: byteCount ?? 0)
                : .damagedVolume
        }
        return fault(of: volume, within: byteCount, of: bytes)
            ?? faultOfStore(in: volume, of: bytes)
    }

    private static let revision: UInt8 = 2
    private static let headersByteCount = 0x48 + FlashVariableStore.headerByteCount
    /// EFI_FVB2_WRITE_STATUS: `GetFvbInfoByAddress` of the variable driver looks for it.
    private static let isWritable: UInt32 = 0x20

    private static func fault(
        of volume: FlashVolume,
        within byteCount: Int?,
        of bytes: Span<UInt8>,
    ) -> VariableStoreFault? {
        if case .other(let guid) = volume.fileSystem { return .otherFileSystem(guid) }
        guard volume.attributes & isWritable != 0 else { return .notWritable }
        // The sizes of OVMF's builds, in which the code has the length compiled in. Others may have a
        // volume that does not fill its flash.
        let isKnown = SizeClass.allCases.contains { $0.variableStoreByteCount == byteCount }
        if let byteCount {
            guard volume.byteCount == byteCount || !isKnown && volume.byteCount < byteCount else {
                let found = UInt64(volume.byteCount)
                return .volumeLength(found: found, expected: byteCount)
            }
        }
        guard let count = bytes.uint32(at: volume.offset + 0x38),
            let blockByteCount = bytes.uint32(at: volume.offset + 0x3C)
        else { return .damagedVolume }
        let mapped = UInt64(count) * UInt64(blockByteCount)
        let length = UInt64(volume.byteCount)
        return mapped == length || !isKnown && mapped > length ? nil : .damagedVolume
    }

    /// The same of the store alone, whose volume is sound.
    static func faultOfStore(
        in volume: FlashVolume,
        of bytes: Span<UInt8>,
    ) -> VariableStoreFault? {
        let offset = volume.offset + volume.headerByteCount
        guard let signature = bytes.guid(at: offset),
            let byteCount = bytes.uint32(at: offset + 16).map(Int.init),
            let format = bytes.uint8(at: offset + 20), let state = bytes.uint8(at: offset + 21)
        else { return .damagedVolume }
        guard FlashVariableStore.signatures.contains(signature) else {
            return .otherStore(signature)
        }
        guard format == FlashVariableStore.formatted else { return .notFormatted(format) }
        guard state == FlashVariableStore.healthy else { return .notHealthy(state) }
        let maximum = volume.byteCount - volume.headerByteCount
        guard byteCount > FlashVariableStore.headerByteCount, byteCount <= maximum else {
            return .storeLength(found: byteCount, maximum: maximum)
        }
        return nil
    }
}

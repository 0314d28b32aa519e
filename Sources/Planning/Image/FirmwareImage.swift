/// A firmware image, understood from its bytes alone.
///
/// Says what is there; whether a guest can start with it is for ``judge(_:in:)`` to say. Everything
/// here is a copy of small facts, so the bytes may go away.
package struct FirmwareImage: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Code without a variable store: `OVMF_CODE*.fd`.
        case code
        /// A variable store without code: `OVMF_VARS*.fd`.
        case variableStore
        /// A variable store and code: `OVMF.fd`.
        case combined
        /// No byte, or the same value in all of them.
        case blank(Blank)
        case foreign(ForeignFormat)
        /// Raw bytes without a firmware volume: a PC BIOS, or anything else.
        case notUEFI
    }

    package enum Blank: Hashable, Sendable {
        case empty
        case zeros
        /// 0xFF, as erased flash is.
        case erased
    }

    package let byteCount: Int
    package let kind: Kind
    package let layout: VolumeLayout
    /// `nil` if no sign tells.
    package let architecture: Architecture?
    package let variableStore: FlashVariableStore?
    /// Why firmware would not use the store in the image; `nil` if it would, or there is none.
    package let storeFault: VariableStoreFault?
    package let resetVector: ResetVector?
    package let table: Reading<GuidedTable>
    package let sevReset: Reading<SEVResetBlock>
    package let sevSecret: Reading<GuestArea>
    package let sevHashTable: Reading<GuestArea>
    package let sevMetadata: Reading<SEVMetadata>
    package let tdxMetadata: Reading<TDXMetadata>
    /// What the first phase would not get past; `nil` if that is nothing, or not known.
    package let damage: ContentsFault?
    /// Whether it starts as OVMF does, by the names of its volumes.
    package let isOVMF: Bool
    /// What the program of the first phase is for, if it is OVMF's.
    package let firstPhaseMode: ProcessorMode?

    package var holdsCode: Bool { kind == .code || kind == .combined }

    /// - Parameter bytes: the whole image. At most a few pages of it are read, unless all of it is
    ///   of one value.
    package init(_ bytes: Span<UInt8>) {
        layout = VolumeLayout(of: bytes)
        kind = Kind(of: bytes, layout: layout)
        byteCount = bytes.count
        let resetVector = ResetVector(of: bytes)
        self.resetVector = resetVector
        architecture = Architecture(of: bytes, layout: layout, resetVector: resetVector)
        let storeVolume = layout.volumes.first(where: \.holdsVariables)
        variableStore = storeVolume.flatMap { FlashVariableStore(in: $0, of: bytes) }
        storeFault = storeVolume.flatMap { VariableStoreFault.faultOfStore(in: $0, of: bytes) }
        table = GuidedTable.read(from: bytes)
        let table = table.value
        sevReset = SEVResetBlock.read(from: bytes, table: table)
        sevSecret = GuestArea.read(GuidedTable.Name.sevSecret, from: bytes, table: table)
        sevHashTable = GuestArea.read(GuidedTable.Name.sevHashTable, from: bytes, table: table)
        sevMetadata = SEVMetadata.read(from: bytes, table: table)
        tdxMetadata = TDXMetadata.read(from: bytes, table: table)
        let firstPhase = FirstPhase(in: layout)
        damage = firstPhase?.fault(resetVector, of: bytes)
        isOVMF = firstPhase != nil
        firstPhaseMode = firstPhase?.mode(of: bytes)
    }
}

extension FirmwareImage.Kind {
    fileprivate init(of bytes: Span<UInt8>, layout: VolumeLayout) {
        if let format = ForeignFormat(of: bytes) {
            self = .foreign(format)
            return
        }
        var volumes = layout.volumes
        if let truncated = layout.truncated { volumes.append(truncated) }
        let hasCode = volumes.contains(where: \.holdsCode)
        let hasVariables = volumes.contains(where: \.holdsVariables)
        self =
            switch (hasCode, hasVariables) {
            case (true, true): .combined
            case (true, false): .code
            case (false, true): .variableStore
            case (false, false):
                FirmwareImage.Blank(of: bytes).map(Self.blank) ?? .notUEFI
            }
    }
}

extension FirmwareImage.Blank {
    fileprivate init?(of bytes: Span<UInt8>) {
        if bytes.isEmpty {
            self = .empty
        } else if bytes.consists(of: 0x00) {
            self = .zeros
        } else if bytes.consists(of: 0xFF) {
            self = .erased
        } else {
            return nil
        }
    }
}

/// The sizes that OVMF is built in, which have to agree between code and variable store: the code
/// has the store's address compiled in.
///
/// Source: edk2 `OvmfPkg/Include/Fdf/OvmfPkgDefines.fdf.inc`.
package enum SizeClass: Hashable, Sendable, CaseIterable {
    case oneMiB
    case twoMiB
    case fourMiB

    package var codeByteCount: Int {
        switch self {
        case .oneMiB: 917_504
        case .twoMiB: 1_966_080
        case .fourMiB: 3_653_632
        }
    }

    package var variableStoreByteCount: Int {
        switch self {
        case .oneMiB, .twoMiB: 131_072
        case .fourMiB: 540_672
        }
    }

    package var combinedByteCount: Int { codeByteCount + variableStoreByteCount }

    package init?(codeByteCount: Int) {
        guard let match = Self.allCases.first(where: { $0.codeByteCount == codeByteCount }) else {
            return nil
        }
        self = match
    }
}

extension FirmwareImage {
    /// How many bytes of variable store the code was built for: what its TDX metadata says, or what
    /// builds of its size have. `nil` if neither tells.
    package var expectedVariableStoreByteCount: Int? {
        let sections = tdxMetadata.value?.sections ?? []
        let code = sections.first { $0.kind == .code }
        let store = sections.first { $0.kind == .configuration }
        if kind == .code, let code, let store, Int(code.rawByteCount) == byteCount {
            return Int(store.rawByteCount)
        }
        return SizeClass(codeByteCount: byteCount)?.variableStoreByteCount
    }
}

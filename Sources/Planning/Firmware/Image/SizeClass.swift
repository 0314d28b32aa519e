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
    /// builds of its size have. `nil` where neither tells.
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

extension FirmwareImage {
    /// What is doubtful about starting this guest with the image.
    func warnings(features: BuildFeatures, in context: JudgementContext) -> [ImageWarning] {
        var warnings: [ImageWarning] = []
        warnings.add(kind == .combined && context.attachment == .flash ? .combinedInFlash : nil)
        warnings.add(warningOfStore(in: context))
        warnings.add(warningOfSMM(features: features, in: context))
        warnings.add(warningOfTrust(features: features, in: context))
        warnings.add(warningOfDriver(features: features, in: context))
        warnings.add(warningOfKeys(features: features, in: context))
        warnings.add(warningOfLayout)
        warnings.add(warningOfFirstPhase(in: context))
        warnings.add(warningOfHashes(in: context))
        return warnings
    }

    private func warningOfStore(in context: JudgementContext) -> ImageWarning? {
        guard architecture == .x86, kind == .code, context.attachment == .flash,
            let store = context.store?.byteCount, store != expectedVariableStoreByteCount,
            context.store?.defect == nil, otherStore(in: context) == nil
        else { return nil }
        return .unknownStore(codeByteCount: byteCount, storeByteCount: store)
    }

    private func warningOfSMM(
        features: BuildFeatures,
        in context: JudgementContext,
    ) -> ImageWarning? {
        guard features.requiresSystemManagementMode == true,
            // The others are refused.
            context.guest == .normal || context.guest == .sev
        else { return nil }
        guard context.lacksSystemManagementMode else {
            return hasWritableStore(in: context) ? nil : .requiresVariableStore
        }
        return .requiresSystemManagementMode(
            machineType: context.machineType,
            isOff: context.systemManagementMode == .off,
        )
    }

    /// A combined image uses its own store, which is read-only in flash and memory in `-bios`.
    private func hasWritableStore(in context: JudgementContext) -> Bool {
        kind == .code && context.attachment == .flash && context.store != nil
    }

    /// edk2 `OvmfPkg/IntelTdx/README.md`: only the AmdSev and IntelTdx builds do without what a
    /// hostile host could use. Their marks outside of the compressed volume: AmdSev has an area for
    /// the launch secret (and since edk2-stable202511 so have others), IntelTdx has SEV metadata
    /// with sections emptied.
    private func warningOfTrust(
        features: BuildFeatures,
        in context: JudgementContext,
    ) -> ImageWarning? {
        let isGeneric =
            switch context.guest {
            case .normal: false
            case .sev, .sevES, .sevSNP:
                features.hasSEVSecretDriver.map(!)
                    ?? (sevSecret.value.map(\.isSupported) != true)
            case .tdx: features.hasPreEFIPhase ?? (sevMetadata.value?.hasEmptySection != true)
            }
        return isGeneric ? .genericBuild(context.guest) : nil
    }

    private func warningOfDriver(
        features: BuildFeatures,
        in context: JudgementContext,
    ) -> ImageWarning? {
        let hasNone =
            switch context.guest {
            case .normal: false
            // Refused for SEV-SNP.
            case .sev, .sevES, .sevSNP:
                features.hasSEVDriver.map(!) ?? (sevMetadata.value?.hasEmptySection == true)
            case .tdx: features.hasTDXDriver == false
            }
        return hasNone ? .noDriver(context.guest) : nil
    }

    private func warningOfKeys(
        features: BuildFeatures,
        in context: JudgementContext,
    ) -> ImageWarning? {
        let ofImage = kind == .combined ? variableStore?.enrolledKeys : nil
        guard features.supportsSecureBoot == false,
            let keys = ofImage ?? context.store?.enrolledKeys, keys.contains(.platform)
        else { return nil }
        return .keysWithoutSecureBoot(keys)
    }

    private var warningOfLayout: ImageWarning? {
        guard architecture == .x86 else { return nil }
        guard layout.isContiguous else { return .gap }
        let isKnown = SizeClass.allCases.contains {
            byteCount == (kind == .code ? $0.codeByteCount : $0.combinedByteCount)
        }
        return isKnown ? nil : .unusualSize(byteCount: byteCount)
    }

    /// A table, and in it no metadata that every 64-bit build since edk2-stable202202 has, above an
    /// old reset vector.
    private func warningOfFirstPhase(in context: JudgementContext) -> ImageWarning? {
        guard context.guest == .sevES, resetVector?.style == .ovmf, table.value != nil,
            sevMetadata == .absent, tdxMetadata == .absent
        else { return nil }
        return .firstPhaseNot64Bit(context.guest)
    }

    private func warningOfHashes(in context: JudgementContext) -> ImageWarning? {
        guard context.hasKernelHashes, !context.hasKernel else { return nil }
        return context.guest == .sev || context.guest == .sevES ? .hashesWithoutKernel : nil
    }
}

extension SEVMetadata {
    /// The mark of IntelTdx builds, which keep the metadata and empty what they do not use.
    var hasEmptySection: Bool { sections.contains { $0.byteCount == 0 } }
}

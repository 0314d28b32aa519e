extension FirmwareImage {
    /// What is doubtful about starting this guest with the image.
    func warnings(features: BuildFeatures, in context: JudgementContext) -> [ImageWarning] {
        var warnings: [ImageWarning] = []
        warnings.add(kind == .combined && context.attachment == .flash ? .combinedInFlash : nil)
        warnings.add(warningOfStore(in: context))
        warnings.add(warningOfOwnStore)
        warnings.add(warningOfSMM(features: features, in: context))
        warnings.add(warningOfSuspend(features: features, in: context))
        warnings.add(warningOfProcessor(features: features, in: context))
        warnings.add(warningOfMachine(features: features))
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

    /// A combined image in `-bios` may do without, so it is no refusal.
    private var warningOfOwnStore: ImageWarning? {
        guard kind == .combined, architecture == .x86, isOVMF else { return nil }
        return storeFault.map(ImageWarning.damagedStore)
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

    /// edk2's `S3Verification` in `OvmfPkg/PlatformPei/Platform.c`: until edk2-stable202308 such a build
    /// went into a dead loop if the machine has S3.
    private func warningOfSuspend(
        features: BuildFeatures,
        in context: JudgementContext,
    ) -> ImageWarning? {
        guard hangsWithSuspend(features), context.hasSuspendToMemory == true,
            !context.lacksSystemManagementMode
        else { return nil }
        return .suspendToMemory
    }

    /// Whether the build does not start where the guest may suspend to memory, as far as one can
    /// tell: what has metadata for an SVSM is from after edk2-stable202405.
    package func hangsWithSuspend(_ features: BuildFeatures) -> Bool {
        features.requiresSystemManagementMode == true && mayHangWithSuspend
            && features.isFromBeforeSuspendFix != false
    }

    /// The same, if the build should require SMM.
    var mayHangWithSuspend: Bool {
        firstPhaseMode == .bits64
            && sevMetadata.value?.sections.contains { $0.kind == .svsmCallingArea } != true
    }

    /// OvmfPkg/README: the SMM stack of 32 bits saves the state of a 32-bit processor only.
    private func warningOfProcessor(
        features: BuildFeatures,
        in context: JudgementContext,
    ) -> ImageWarning? {
        guard features.requiresSystemManagementMode == true, features.driverMode == .bits32,
            context.processor == .bits64
        else { return nil }
        return .processorTooWide
    }

    private func warningOfMachine(features: BuildFeatures) -> ImageWarning? {
        guard architecture == .x86 else { return nil }
        if let machine = features.otherMachine { return .otherMachine(machine) }
        return resetVector?.style == .other ? .unknownResetVector : nil
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

/// What the owner should know about an image before a guest starts with it. Each can be accepted by
/// its code, which silences it.
package enum ImageWarning: Hashable, Sendable {
    case combinedInFlash
    /// No table says which store belongs to code of this size.
    case unknownStore(codeByteCount: Int, storeByteCount: Int)
    case requiresSystemManagementMode(machineType: String?, isOff: Bool)
    /// Builds that require SMM crash without a store that can be written to.
    case requiresVariableStore
    /// This build trusts the host.
    case genericBuild(GuestKind)
    /// The build is not made for this kind of guest.
    case noDriver(GuestKind)
    case keysWithoutSecureBoot(SecureBootKeys)
    case unusualSize(byteCount: Int)
    /// Bytes that belong to no firmware volume.
    case gap
    /// SEV-ES needs a first phase of 64 bits.
    case firstPhaseNot64Bit(GuestKind)
    case hashesWithoutKernel
    /// It hangs on machines that can suspend to memory.
    case suspendToMemory
    case otherMachine(BuildFeatures.OtherMachine)
    /// None of the forms that firmware for QEMU's PC machines begins with.
    case unknownResetVector
    /// A build of 32 bits with SMM, on a processor of 64.
    case processorTooWide
    /// The variable store inside of a combined image.
    case damagedStore(VariableStoreFault)

    /// What `accept` in the configuration names.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case combinedInFlash = "FW-W01"
        case unknownStore = "FW-W02"
        case requiresSystemManagementMode = "FW-W03"
        case genericBuild = "FW-W04"
        case noDriver = "FW-W05"
        case keysWithoutSecureBoot = "FW-W06"
        case unusualLayout = "FW-W07"
        case firstPhaseNot64Bit = "FW-W08"
        case hashesWithoutKernel = "FW-W09"
        case suspendToMemory = "FW-W10"
        case otherMachine = "FW-W11"
        case processorTooWide = "FW-W12"
        case damagedStore = "FW-W13"
    }

    package var code: Code {
        switch self {
        case .combinedInFlash: .combinedInFlash
        case .unknownStore: .unknownStore
        case .requiresSystemManagementMode, .requiresVariableStore: .requiresSystemManagementMode
        case .genericBuild: .genericBuild
        case .noDriver: .noDriver
        case .keysWithoutSecureBoot: .keysWithoutSecureBoot
        case .unusualSize, .gap: .unusualLayout
        case .firstPhaseNot64Bit: .firstPhaseNot64Bit
        case .hashesWithoutKernel: .hashesWithoutKernel
        case .suspendToMemory: .suspendToMemory
        case .otherMachine, .unknownResetVector: .otherMachine
        case .processorTooWide: .processorTooWide
        case .damagedStore: .damagedStore
        }
    }

    package var message: String { "\(code.rawValue): \(text)" }

    /// Whether such a guest would not start, as far as one can tell. A launch is only warned of it,
    /// because not everything that it depends on is visible in the bytes.
    package var meansNoStart: Bool {
        switch self {
        case .noDriver, .firstPhaseNot64Bit: true
        case .combinedInFlash, .unknownStore, .requiresSystemManagementMode,
            .requiresVariableStore, .genericBuild, .keysWithoutSecureBoot, .unusualSize, .gap,
            .hashesWithoutKernel, .suspendToMemory, .otherMachine, .unknownResetVector,
            .processorTooWide, .damagedStore:
            false
        }
    }

    /// What is doubtful, without the code.
    package var text: String {
        switch self {
        case .combinedInFlash:
            "a combined image in flash: its own read-only variable store is used, so the VM's"
                + " settings are lost at power-off"
        case .unknownStore(let code, let store):
            "code of \(code) bytes and a variable store of \(store) bytes may not belong together"
        case .requiresSystemManagementMode(let machineType, let isOff):
            "built to require SMM, which "
                + (isOff ? "is off" : "machine type \(quoted(machineType ?? "")) does not have")
                + ", so the guest will hang without output"
        case .genericBuild(let guest):
            "not an \(guest == .tdx ? "IntelTdx" : "AmdSev") build, so not made to"
                + " keep the host out of \(guest.displayNameWithArticle) guest"
        case .requiresVariableStore:
            "built to require SMM and a variable store in flash, which this VM does not have, so the"
                + " guest will hang without output"
        case .noDriver(let guest): "a build without a driver for \(guest.displayName) guests"
        case .keysWithoutSecureBoot(let keys):
            "the variable store has Secure Boot keys enrolled"
                + " (\(keys.names.joined(separator: ", "))) and this build cannot enforce them"
        case .unusualSize(let byteCount): "\(byteCount) bytes is not a size that OVMF is built in"
        case .gap: "some of its bytes belong to no firmware volume"
        case .firstPhaseNot64Bit(let guest):
            "looks like a 32-bit build, which does not start \(guest.displayName) guests"
        case .hashesWithoutKernel: "kernel hashes are asked for and there is no kernel to hash"
        case .suspendToMemory:
            "built to require SMM, with a first phase of 64 bits: builds from before"
                + " edk2-stable202308 hang without output where the guest may suspend to memory (S3)"
        case .otherMachine(let machine):
            "has modules of a build for \(machine.rawValue), which does not start on a PC machine"
        case .unknownResetVector:
            "begins in a way that no known firmware for QEMU's PC machines does, so it may be for"
                + " another platform"
        case .processorTooWide:
            "a 32-bit build that requires SMM, which hangs with a 64-bit processor"
        case .damagedStore(let fault):
            "the variable store inside of the image is nothing that the firmware can use:"
                + " \(fault.text)"
        }
    }

    package var hint: String? {
        switch self {
        case .combinedInFlash: "give the code image (OVMF_CODE*.fd)"
        case .unknownStore: "use the variable store template that came with the code image"
        case .requiresSystemManagementMode:
            "use a q35 machine with smm=on, or a build without SMM_REQUIRE"
        case .requiresVariableStore:
            "attach the code image and its variable store, or a build without SMM_REQUIRE"
        case .genericBuild(.tdx): "give an IntelTdx build (OVMF.inteltdx.fd), or accept it"
        case .genericBuild: "give an AmdSev build (OVMF.amdsev.fd), or accept it"
        case .noDriver(let guest): "give a build made for \(guest.displayName)"
        case .keysWithoutSecureBoot: "give a build with Secure Boot (OVMF_CODE*.secboot.fd)"
        case .unusualSize, .gap: nil
        case .firstPhaseNot64Bit: "give a 64-bit OVMF build"
        case .hashesWithoutKernel: "turn kernel-hashes off if there is no -kernel"
        case .suspendToMemory: "add '-global ICH9-LPC.disable_s3=1', or give a newer build"
        case .otherMachine, .unknownResetVector: "give an OVMF image (OVMF_CODE*.fd)"
        case .processorTooWide: "give a 64-bit OVMF build"
        case .damagedStore: "upload the image again"
        }
    }
}

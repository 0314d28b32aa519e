import Foundation
import Planning

/// Ways in which an image, sound or spoiled, cannot start a guest, one or more for each refusal that
/// an emulated machine can show.
enum BootFault: String, CaseIterable, Sendable {
    case erased
    case diskImage
    case firstHeaderZeroed
    case mainVolumeMissing
    case legacyBIOS
    case storeInsteadOfCode
    case storeInsteadOfCodeInMemory
    case withoutLastPage
    case withPageBehind
    case withPageBefore
    case withFewBytesCut
    case tooLarge
    case splitImageInMemory
    case emptyResetVector
    case otherArchitecture
    case smallCodeWithLargeStore
    case smmBuildOnOldChipSet
    case smmBuildWithSMMOff

    /// What the judgement says of it.
    var code: String {
        switch self {
        case .erased: "FW-E01"
        case .diskImage: "FW-E02"
        case .firstHeaderZeroed, .mainVolumeMissing, .legacyBIOS: "FW-E03"
        case .storeInsteadOfCode, .storeInsteadOfCodeInMemory: "FW-E04"
        case .withoutLastPage, .withPageBehind, .withPageBefore, .withFewBytesCut: "FW-E05"
        case .tooLarge: "FW-E06"
        case .splitImageInMemory: "FW-E07"
        case .emptyResetVector: "FW-E08"
        case .otherArchitecture: "FW-E09"
        case .smallCodeWithLargeStore: "FW-E15"
        // A warning, since it is QEMU that decides whether there is SMM.
        case .smmBuildOnOldChipSet, .smmBuildWithSMMOff: "FW-W03"
        }
    }

    struct Sample {
        var image: [UInt8]
        var store: [UInt8]
        var attachment = JudgementContext.Attachment.flash
        var machine = "q35"
    }

    func sample() throws -> Sample {
        let code = try BootedFirmware.image("OVMF_CODE_4M.fd")
        let store = try BootedFirmware.image("OVMF_VARS_4M.fd")
        var sample = Sample(image: code, store: store)
        switch self {
        case .erased: sample.image = filler(code.count, of: 0xFF)
        case .diskImage: sample.image = try BootedFirmware.converted(code, to: "qcow2")
        case .firstHeaderZeroed:
            sample.image.replaceSubrange(0..<0x48, with: filler(0x48, of: 0))
        case .mainVolumeMissing:
            let end = 0x34_8000
            sample.image.replaceSubrange(0..<end, with: filler(end, of: 0xFF))
        case .legacyBIOS: sample.image = try BootedFirmware.image("../seabios/bios-256k.bin")
        case .storeInsteadOfCode: sample.image = store
        case .storeInsteadOfCodeInMemory:
            sample.image = try BootedFirmware.image("OVMF_VARS.fd")
            sample.attachment = .bios
        case .withoutLastPage: sample.image.removeLast(4096)
        case .withPageBehind: sample.image += filler(4096, of: 0)
        case .withPageBefore: sample.image.insert(contentsOf: filler(4096, of: 0), at: 0)
        case .withFewBytesCut: sample.image.removeLast(100)
        case .tooLarge: sample.machine = "q35,max-fw-size=3M"
        case .splitImageInMemory: sample.attachment = .bios
        case .emptyResetVector:
            sample.image.replaceSubrange(code.count - 16..<code.count, with: filler(16, of: 0xFF))
        case .otherArchitecture:
            // A jump to the volume in the second page, as in QEMU_EFI.fd of AArch64.
            sample.image = [0x00, 0x04, 0x00, 0x14] + filler(4092, of: 0)
            sample.image += SyntheticImage().volume(0x1F_F000)
        case .smallCodeWithLargeStore: sample.image = try BootedFirmware.image("OVMF_CODE.fd")
        case .smmBuildOnOldChipSet, .smmBuildWithSMMOff:
            sample.image = try BootedFirmware.image("OVMF_CODE_4M.secboot.fd")
            sample.machine = self == .smmBuildOnOldChipSet ? "pc" : "q35,smm=off"
        }
        return sample
    }
}

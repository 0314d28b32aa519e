/// Why no guest, or not this guest, can start with an image.
package enum ImageRefusal: Failure, Hashable {
    case blank(FirmwareImage.Blank)
    case foreign(ForeignFormat)
    case noVolume(isLegacyBIOS: Bool)
    case damagedVolume(offset: Int)
    /// Only the volume of the first phase is there, which cannot boot alone.
    case noMainVolume
    /// What is compressed in the main volume cannot be unpacked, and the firmware could not unpack
    /// it either.
    case damagedContents(ContentsFault)
    case variableStore
    case noResetVector
    case noVolumeTopFile
    case otherArchitecture(found: Architecture, expected: Architecture)
    case size(SizeRefusal)
    case guest(GuestRefusal)

    /// Stable names, for the administrator to search for.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case blank = "FW-E01"
        case foreign = "FW-E02"
        case noVolume = "FW-E03"
        case variableStore = "FW-E04"
        case wrongEnd = "FW-E05"
        case tooLarge = "FW-E06"
        case notForBIOS = "FW-E07"
        case noResetVector = "FW-E08"
        case otherArchitecture = "FW-E09"
        case sevReset = "FW-E10"
        case sevMetadata = "FW-E11"
        case tdxMetadata = "FW-E12"
        case systemManagementMode = "FW-E13"
        case kernelHashes = "FW-E14"
        case otherStore = "FW-E15"
    }

    package var code: Code {
        switch self {
        case .blank: .blank
        case .foreign: .foreign
        case .noVolume, .damagedVolume, .noMainVolume, .damagedContents: .noVolume
        case .variableStore: .variableStore
        case .noResetVector, .noVolumeTopFile: .noResetVector
        case .otherArchitecture: .otherArchitecture
        case .size(let refusal): refusal.code
        case .guest(let refusal): refusal.code
        }
    }

    package var message: String { "\(code.rawValue): \(text)" }

    package var exitStatus: ExitStatus { .imageRefused }

    /// What is wrong, without the code.
    package var text: String {
        switch self {
        case .blank(let blank): blank.text
        case .foreign(let format): "\(format.text), not a raw firmware image"
        case .noVolume(let isLegacyBIOS):
            isLegacyBIOS
                ? "a PC BIOS such as SeaBIOS, not UEFI firmware (no firmware volume)"
                : "not UEFI firmware (no firmware volume)"
        case .damagedVolume(let offset):
            "firmware volume at offset \(offset): damaged, its header is wrong"
        case .noMainVolume:
            "the main firmware volume is missing or damaged, only the first phase is there"
        case .damagedContents(let fault): fault.message
        case .variableStore: "a variable store where firmware code is expected"
        case .noResetVector: "no reset vector, so no code where the CPU starts"
        case .noVolumeTopFile: "no volume top file (VTF) at the end, so not firmware for QEMU"
        case .otherArchitecture(let found, let expected):
            "firmware for another architecture"
                + " (expected \(expected.displayName), found \(found.displayName))"
        case .size(let refusal): refusal.text
        case .guest(let refusal): refusal.text
        }
    }

    package var hint: String? {
        switch self {
        case .blank(.erased), .blank(.zeros):
            "this may be an unused variable store; give the code image (OVMF_CODE*.fd)"
        case .blank(.empty): "upload the image again"
        case .foreign(let format): format.hint
        case .noVolume(isLegacyBIOS: true): "remove the custom firmware, or give an OVMF image"
        case .noVolume(isLegacyBIOS: false), .noVolumeTopFile, .noResetVector:
            "give an OVMF image: OVMF_CODE*.fd, or OVMF*.fd for SEV-SNP and TDX"
        case .damagedVolume, .noMainVolume, .damagedContents: "upload the image again"
        case .variableStore: "give the code image that belongs to it (OVMF_CODE*.fd)"
        case .otherArchitecture(_, let expected): "give firmware for \(expected.displayName)"
        case .size(let refusal): refusal.hint
        case .guest(let refusal): refusal.hint
        }
    }
}

extension FirmwareImage.Blank {
    fileprivate var text: String {
        switch self {
        case .empty: "the file is empty"
        case .zeros: "nothing but zeros"
        case .erased: "nothing but 0xff, as in erased flash"
        }
    }
}

extension ForeignFormat {
    fileprivate var text: String {
        switch family {
        case .diskImage: "a \(rawValue) disk image"
        case .compressed: "\(rawValue) compressed"
        case .archive: "a \(rawValue) archive"
        case .program: "a program (\(rawValue))"
        case .guestMemory: "an \(rawValue) file"
        case .update: "a \(rawValue)"
        case .text: "an \(rawValue) page"
        }
    }

    fileprivate var hint: String {
        switch family {
        case .diskImage: "convert it: qemu-img convert -O raw IMAGE IMAGE.fd"
        case .compressed, .archive: "unpack it and upload the image itself"
        case .guestMemory: "IGVM is started with -object igvm-cfg, which is not supported here"
        case .update: "give the image that the update installs, not the update"
        case .program, .text: "give an OVMF image (OVMF_CODE*.fd)"
        }
    }
}

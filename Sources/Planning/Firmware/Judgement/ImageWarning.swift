/// What its owner should know of an image before a guest starts with it. Each can be accepted by
/// its code, which silences it.
package enum ImageWarning: Hashable, Sendable {
    case combinedInFlash
    /// No table says which store belongs to code of this size.
    case unknownStore(codeByteCount: Int, storeByteCount: Int)
    case requiresSystemManagementMode(machineType: String?, isOff: Bool)
    /// Builds that require SMM crash without a store that can be written to.
    case requiresVariableStore
    /// The host is not outside of what this build trusts.
    case genericBuild(GuestKind)
    /// What the build is made for, and this kind of guest is not of that.
    case noDriver(GuestKind)
    case keysWithoutSecureBoot(SecureBootKeys)
    case unusualSize(byteCount: Int)
    /// Bytes that belong to no firmware volume.
    case gap
    /// SEV-ES needs a first phase of 64 bits.
    case firstPhaseNot64Bit(GuestKind)
    case hashesWithoutKernel

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
        }
    }

    package var message: String { "\(code.rawValue): \(text)" }

    /// Whether such a guest would not start, as far as one can tell. A launch is only warned of it,
    /// because what it rests on is not all visible in the bytes.
    package var meansNoStart: Bool {
        switch self {
        case .noDriver, .firstPhaseNot64Bit: true
        default: false
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
            "no \(guest == .tdx ? "IntelTdx" : "AmdSev") build, so not made to keep the host out of"
                + " \(guest.displayNameWithArticle) guest"
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
        case .hashesWithoutKernel: "turn kernel-hashes off where there is no -kernel"
        }
    }
}

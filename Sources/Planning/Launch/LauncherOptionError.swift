/// What is wrong with one of the launcher's own options.
package enum LauncherOptionError: Failure {
    case valueMissing(option: String)
    case repeated(option: String, key: String?)
    case unknownKey(option: String, key: String)
    case volumeMissing
    case volume(VolumeIDError)
    case digest(DigestError)
    case efiDisk(PropertyStringError)
    case configurationPath(ByteString)
    case variableStoreWithoutFirmware

    package var message: String {
        switch self {
        case .valueMissing(let option): "option -\(option): its value is missing"
        case .repeated(let option, let key?): "option -\(option): \(quoted(key)) is given twice"
        case .repeated(let option, nil): "option -\(option) is given twice"
        case .unknownKey(let option, let key):
            "option -\(option): unknown property \(quoted(key)) (expected sha256, sha384 or sha512)"
        case .volumeMissing: "option -efi-firmware: no volume ID"
        case .volume(let error): "option -efi-firmware: \(error.message)"
        case .digest(let error): "option -efi-firmware: \(error.message)"
        case .efiDisk(let error): "option -efidisk0: \(error.message)"
        case .configurationPath(let path):
            "option -launcher-config: not an absolute path: \(quoted(path))"
        case .variableStoreWithoutFirmware:
            "option -efidisk0 is given, but no custom firmware that would use it"
        }
    }

    package var hint: String? {
        switch self {
        case .valueMissing(option: "efi-firmware"), .volumeMissing, .unknownKey:
            "-efi-firmware STORAGE:efi-firmware/FILE[,sha256=HEX]"
        case .valueMissing(option: "efidisk0"):
            "-efidisk0 VOLUME[,efitype=4m], as in the VM's configuration"
        case .valueMissing, .configurationPath: "-launcher-config /PATH/TO/launcher.conf"
        case .repeated: "give it once"
        case .volume(let error): error.hint
        case .digest(let error): error.hint
        case .efiDisk(let error):
            error.hint ?? "-efidisk0 VOLUME[,efitype=4m], as in the VM's configuration"
        case .variableStoreWithoutFirmware:
            "add -efi-firmware, or attach the variable store with -drive if=pflash,unit=1"
        }
    }

    package var exitStatus: ExitStatus { .usage }
}

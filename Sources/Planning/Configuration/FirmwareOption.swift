/// The value of `-efi-firmware`: a volume ID and the digests it must have.
package struct FirmwareOption: Equatable, Sendable {
    package let volume: FirmwareVolumeID
    package let digests: [Digest]

    /// Reads `VOLUME[,sha256=HEX][,sha384=HEX][,sha512=HEX]`.
    package init(_ value: ByteString) throws(LauncherOptionError) {
        var volume: FirmwareVolumeID?
        var digests: [Digest] = []
        for item in KeyValueList(value, impliedKey: "volume").items {
            if item.key == "volume" {
                guard volume == nil else { throw .repeated(option: "efi-firmware", key: "volume") }
                volume = try Self.volume(item.value)
            } else {
                let digest = try Self.digest(item)
                guard !digests.contains(where: { $0.algorithm == digest.algorithm }) else {
                    throw .repeated(option: "efi-firmware", key: item.key.escaped)
                }
                digests.append(digest)
            }
        }
        guard let volume else { throw .volumeMissing }
        self.volume = volume
        self.digests = digests
    }

    private static func volume(_ text: ByteString) throws(LauncherOptionError) -> FirmwareVolumeID {
        do {
            return try FirmwareVolumeID(parsing: text)
        } catch {
            throw .volume(error)
        }
    }

    private static func digest(_ item: KeyValueList.Item) throws(LauncherOptionError) -> Digest {
        let name = item.key.escaped
        guard let algorithm = Digest.Algorithm(rawValue: name) else {
            if ["md5", "sha1", "sha224"].contains(name) {
                throw .digest(.algorithmTooWeak(name: name))
            }
            throw .unknownKey(option: "efi-firmware", key: name)
        }
        do {
            return try Digest(algorithm, hex: item.value.escaped)
        } catch {
            throw .digest(error)
        }
    }
}

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

/// The value of `-efi-firmware`: a volume ID and the digests it must have.
package struct FirmwareOption: Equatable, Sendable {
    package let volume: FirmwareVolume
    package let digests: [Digest]

    /// Reads `VOLUME[,sha256=HEX][,sha384=HEX][,sha512=HEX]`.
    package init(_ value: ByteString) throws(LauncherOptionError) {
        var volume: FirmwareVolume?
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

    private static func volume(_ text: ByteString) throws(LauncherOptionError) -> FirmwareVolume {
        do {
            return try FirmwareVolume(parsing: text)
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

package import SystemPackage

/// Proxmox's `efidisk0` setting: where the VM's UEFI variables are kept
/// (qemu-server Drive.pm `$efidisk_fmt`).
package struct EFIDisk: Hashable, Sendable {
    package let source: Source
    /// `nil` where the name of the image tells.
    package let format: ImageFormat?
    package let size: String?
    package let variables: VariableStoreSize
    package let preEnrolledKeys: Bool
    package let microsoftCertificate: MicrosoftCertificate?

    package enum Source: Hashable, Sendable {
        case volume(VolumeID)
        /// An absolute path, a block device or a file.
        case path(FilePath)
    }

    /// The year of the Microsoft certificates that are enrolled; a marker for Proxmox itself.
    package enum MicrosoftCertificate: String, Hashable, Sendable, CaseIterable {
        case from2011 = "2011"
        case from2023 = "2023"
        case from2023w = "2023w"
        case from2023k = "2023k"
    }

    package init(parsing text: ByteString) throws(PropertyStringError) {
        let keys = ["file", "format", "size", "efitype", "pre-enrolled-keys", "ms-cert"]
        let properties = try PropertyString(
            parsing: text,
            keys: keys,
            defaultKey: "file",
            aliases: ["volume": "file"],
        )
        guard let file = properties["file"] else { throw .missingKey("file") }
        source = try Self.source(file)
        format = try properties.word("format")
        size = try Self.size(properties["size"])
        variables = try properties.word("efitype") ?? .small
        preEnrolledKeys = try properties.flag("pre-enrolled-keys") ?? false
        microsoftCertificate = try properties.word("ms-cert")
    }

    private static func source(_ text: String) throws(PropertyStringError) -> Source {
        guard text.utf8.first == UInt8(ascii: "/") else {
            do {
                return .volume(try VolumeID(parsing: text))
            } catch {
                throw .badVolume(key: "file", error)
            }
        }
        guard !hasParentComponent(text.utf8) else {
            throw .badValue(key: "file", found: text, expected: "a path without '..'")
        }
        return .path(FilePath(text))
    }

    /// Informational, so the text is kept as it is: digits, and K, M, G or T.
    private static func size(_ text: String?) throws(PropertyStringError) -> String? {
        guard let text else { return nil }
        let number = text.utf8.last.map("KMGT".utf8.contains) == true ? text.dropLast() : text[...]
        let parts = number.utf8.split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else {
            throw .badValue(key: "size", found: text, expected: "a size like '528K'")
        }
        return text
    }
}

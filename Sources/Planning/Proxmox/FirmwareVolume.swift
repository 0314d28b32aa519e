/// A volume that firmware may come from: one file of a storage's directory for `efi-firmware`, or
/// for what stock Proxmox can upload today, `snippets` and disk images among `iso`.
package struct FirmwareVolume: Hashable, Sendable, CustomStringConvertible {
    package let id: VolumeID
    package let content: Content
    /// One path component of letters, digits, `-`, `.`, `_`, `+` and `=`, no dot first.
    package let fileName: String

    /// What a storage keeps, each kind in a directory of its own.
    package enum Content: String, Hashable, Sendable, CaseIterable {
        case efiFirmware = "efi-firmware"
        case snippets
        case iso
    }

    /// The longest name that Linux file systems take.
    package static let maximumFileNameByteCount = 255

    package init(parsing text: String) throws(VolumeIDError) {
        try self.init(VolumeID(parsing: text))
    }

    package init(parsing text: ByteString) throws(VolumeIDError) {
        try self.init(VolumeID(parsing: text))
    }

    init(parsing bytes: ArraySlice<UInt8>) throws(VolumeIDError) {
        try self.init(VolumeID(parsing: bytes))
    }

    package init(_ id: VolumeID) throws(VolumeIDError) {
        let name = id.name.utf8
        guard !hasParentComponent(name) else { throw .parentDirectory(volume: id) }
        guard let slash = name.firstIndex(of: UInt8(ascii: "/")),
            let content = Content(rawValue: String(id.name[..<slash]))
        else { throw .unknownContent(volume: id) }
        let file = id.name[name.index(after: slash)...]
        guard !file.isEmpty else { throw .missingFileName(volume: id) }
        guard file.utf8.count <= Self.maximumFileNameByteCount else {
            throw .fileNameTooLong(volume: id, limit: Self.maximumFileNameByteCount)
        }
        guard !file.utf8.contains(UInt8(ascii: "/")) else { throw .subdirectory(volume: id) }
        guard file.utf8.first != UInt8(ascii: ".") else { throw .leadingDot(volume: id) }
        guard file.utf8.allSatisfy(isSafeFileNameByte) else {
            throw .unsafeCharacter(volume: id, found: firstUnsafeCharacter(of: file))
        }
        guard content != .iso || hasImageExtension(file.utf8) else {
            throw .notADiskImage(volume: id)
        }
        self.id = id
        self.content = content
        fileName = String(file)
    }

    package var description: String { id.description }
}

/// Letters, digits, `-`, `.`, `_`, `+` and `=`: Proxmox's class for imported files.
func isSafeFileNameByte(_ byte: UInt8) -> Bool {
    if isLetter(byte) || isDigit(byte) { return true }
    return switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"),
        UInt8(ascii: "="):
        true
    default: false
    }
}

/// Whether `..` stands between slashes, or at either end.
func hasParentComponent(_ path: some Collection<UInt8>) -> Bool {
    path.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
}

private func firstUnsafeCharacter(of file: Substring) -> Unicode.Scalar {
    file.unicodeScalars.first { !$0.isASCII || !isSafeFileNameByte(UInt8(ascii: $0)) } ?? "\u{FFFD}"
}

/// `.img` in any case, as Proxmox takes it.
private func hasImageExtension(_ file: Substring.UTF8View) -> Bool {
    file.count > 4 && file.suffix(4).map(lowercased).elementsEqual(".img".utf8)
}

/// A volume of a storage, `STORAGE:NAME`. What a good name is depends on what the volume is for:
/// see ``FirmwareVolumeID`` and ``EFIDisk``.
package struct VolumeID: Hashable, Sendable, CustomStringConvertible {
    /// Longer than any that Proxmox makes; a bound, so that messages and records stay readable.
    package static let maximumByteCount = 1024

    package let storage: StorageID
    /// Not empty; UTF-8 text without control characters.
    package let name: String

    package init(parsing text: String) throws(VolumeIDError) {
        try self.init(parsing: ByteString(text))
    }

    package init(parsing text: ByteString) throws(VolumeIDError) {
        try self.init(parsing: text.bytes[...])
    }

    init(parsing bytes: ArraySlice<UInt8>) throws(VolumeIDError) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.maximumByteCount else {
            throw .tooLong(byteCount: bytes.count, limit: Self.maximumByteCount)
        }
        // First, because nothing after it looks at a NUL or a line feed again.
        guard !bytes.contains(where: isControl) else {
            throw .controlCharacter(volume: ByteString(bytes))
        }
        guard bytes.first != UInt8(ascii: "/") else { throw .absolutePath(ByteString(bytes)) }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
            throw .missingColon(volume: ByteString(bytes))
        }
        guard let storage = StorageID(bytes[..<colon]) else {
            throw .badStorageID(volume: ByteString(bytes), found: ByteString(bytes[..<colon]))
        }
        guard colon + 1 < bytes.endIndex else { throw .missingName(storage: storage) }
        guard let name = String(validating: bytes[(colon + 1)...], as: UTF8.self) else {
            throw .notUTF8(volume: ByteString(bytes))
        }
        self.storage = storage
        self.name = name
    }

    package var description: String { "\(storage):\(name)" }
}

private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

/// Why a text does not name a volume, or no volume that firmware may come from.
package enum VolumeIDError: Failure {
    case empty
    case tooLong(byteCount: Int, limit: Int)
    case controlCharacter(volume: ByteString)
    case notUTF8(volume: ByteString)
    case absolutePath(ByteString)
    case missingColon(volume: ByteString)
    case badStorageID(volume: ByteString, found: ByteString)
    case missingName(storage: StorageID)
    case unknownContent(volume: VolumeID)
    case missingFileName(volume: VolumeID)
    case fileNameTooLong(volume: VolumeID, limit: Int)
    case subdirectory(volume: VolumeID)
    case parentDirectory(volume: VolumeID)
    case leadingDot(volume: VolumeID)
    case unsafeCharacter(volume: VolumeID, found: Unicode.Scalar)
    case notADiskImage(volume: VolumeID)

    package var message: String {
        switch self {
        case .empty: "volume: empty (expected STORAGE:NAME)"
        case .tooLong(let byteCount, let limit):
            "volume: too long (expected at most \(limit) bytes, found \(byteCount))"
        case .controlCharacter(let volume): "volume \(quoted(volume)): contains a control character"
        case .notUTF8(let volume): "volume \(quoted(volume)): not UTF-8 text"
        case .absolutePath(let path): "\(quoted(path)) is a path, not a volume ID"
        case .missingColon(let volume):
            "volume \(quoted(volume)): no storage named (expected STORAGE:NAME)"
        case .badStorageID(let volume, let found):
            "volume \(quoted(volume)): \(quoted(found)) is not a storage ID"
        case .missingName(let storage):
            "volume \(quoted("\(storage):")): nothing after the colon (expected STORAGE:NAME)"
        case .unknownContent(let volume):
            "\(subject(volume)): not a firmware image (expected \(Self.expected))"
        case .missingFileName(let volume): "\(subject(volume)): no file name"
        case .fileNameTooLong(let volume, let limit):
            "\(subject(volume)): file name too long (expected at most \(limit) bytes)"
        case .subdirectory(let volume):
            "\(subject(volume)): a subdirectory (expected a file name without '/')"
        case .parentDirectory(let volume): "\(subject(volume)): '..' leads out of the storage"
        case .leadingDot(let volume): "\(subject(volume)): file name starts with a dot"
        case .unsafeCharacter(let volume, let found):
            "\(subject(volume)): \(name(of: found)) in the file name"
        case .notADiskImage(let volume):
            "\(subject(volume)): not a raw image (expected iso/FILE.img or import/FILE.raw)"
        }
    }

    package var hint: String? {
        switch self {
        case .empty, .tooLong, .missingColon, .missingName, .missingFileName, .unknownContent,
            .fileNameTooLong:
            "name a volume like 'local:efi-firmware/ovmf.fd'"
        case .controlCharacter, .notUTF8, .unsafeCharacter:
            "a file name may have the letters A-Z and a-z, digits, '-', '.', '_', '+' and '='"
        case .absolutePath:
            "put the file into a storage's directory for efi-firmware and name it like"
                + " 'local:efi-firmware/ovmf.fd'; a 'dir:' section of the configuration makes any"
                + " directory a storage"
        case .badStorageID:
            "a storage ID has two characters or more: a letter, then letters, digits, '-', '_'"
                + " and '.', with a letter or digit last"
        case .subdirectory, .parentDirectory: "put the file directly into the content's directory"
        case .leadingDot: "hidden files are not volumes; rename the file"
        case .notADiskImage:
            "Proxmox uploads a raw image as content 'iso' if it is named FILE.img, and as 'import'"
                + " if it is named FILE.raw"
        }
    }

    package var exitStatus: ExitStatus { .configuration }

    private static let expected =
        "efi-firmware/FILE, firmware/FILE, snippets/FILE, iso/FILE.img or import/FILE.raw"

    private func subject(_ volume: VolumeID) -> String { "volume \(quoted(volume.description))" }

    /// A character that only looks like a Latin letter is shown by its number.
    private func name(of scalar: Unicode.Scalar) -> String {
        let text = quoted(String(scalar))
        return scalar.isASCII ? text : "\(text) (\(codePoint(scalar)))"
    }
}

/// A volume that firmware may come from: one file of a storage's directory for firmware, or for
/// what Proxmox knows today: `snippets`, and raw images among `iso` and `import`. These two are the
/// only ones that an unpatched Proxmox uploads (pve-storage API2/Storage/Status.pm `upload`).
package struct FirmwareVolumeID: Hashable, Sendable, CustomStringConvertible {
    package let id: VolumeID
    package let content: Content
    /// One path component of letters, digits, `-`, `.`, `_`, `+` and `=`, no dot first.
    package let fileName: String

    /// What a storage keeps, each kind in its own directory.
    package enum Content: String, Hashable, Sendable, CaseIterable {
        case efiFirmware = "efi-firmware"
        /// What the first mail of Proxmox's design thread calls it; an answer has `efi-firmware`.
        case firmware
        case snippets
        case iso
        case imports = "import"
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
        switch content {
        case .efiFirmware, .firmware, .snippets: break
        case .iso:
            guard hasImageExtension(file.utf8) else { throw .notADiskImage(volume: id) }
        case .imports:
            // In lower case only (pve-storage Storage.pm `IMPORT_EXT_RE_1`).
            guard file.utf8.count > 4, file.hasSuffix(".raw") else {
                throw .notADiskImage(volume: id)
            }
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

/// Whether there is `..` between slashes, or at either end.
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

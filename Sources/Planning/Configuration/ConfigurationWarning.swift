/// Something in Proxmox's own configuration that Proxmox ignores and warns about; so do we.
package struct ConfigurationWarning: Hashable, Sendable {
    package let file: String
    package let line: Int
    /// The ID of the section it stands in, as written.
    package let section: ByteString?
    package let cause: Cause

    package enum Cause: Hashable, Sendable {
        case ignoredLine(ByteString)
        /// A header that follows a setting without an empty line between them.
        case swallowedHeader(ByteString)
        case badStorageID
        case unsupportedType(String)
        case unexpectedKey(String)
        case duplicateKey(String)
        case badValue(key: String, found: ByteString?, expected: String)
        case missingKey(String)
    }

    /// One line: file, line number, section, what was ignored.
    package var message: String {
        let section = section.map { "section \(excerpt($0)): " } ?? ""
        return "\(file) line \(line): \(section)\(cause.text)"
    }
}

extension ConfigurationWarning.Cause {
    package var text: String {
        switch self {
        case .ignoredLine(let line): "ignored, as Proxmox does: \(excerpt(line))"
        case .swallowedHeader(let line):
            "header \(excerpt(line)) is ignored and what follows belongs to the section above"
                + " (no empty line before it)"
        case .badStorageID: "skipped: not a storage ID"
        case .unsupportedType(let type):
            "skipped: storage type \(excerpt(ByteString(type))) is not known and has no path"
        case .unexpectedKey(let key):
            "\(excerpt(ByteString(key))) is ignored: no such setting for this type"
        case .duplicateKey(let key):
            "\(excerpt(ByteString(key))) is ignored: already set, and the first one counts"
        case .badValue(let key, let found?, let expected):
            "\(key) is ignored (expected \(expected), found \(excerpt(found)))"
        case .badValue(let key, nil, let expected):
            "\(key) is ignored (expected \(expected), found nothing)"
        case .missingKey(let key): "skipped: \(key) is missing or not valid"
        }
    }
}

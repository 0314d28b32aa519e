/// What is wrong with a configuration file, and where.
package struct ConfigurationError: Failure {
    package let file: String
    package let line: Int?
    /// The section that contains it, as `vm: 100`.
    package let section: ByteString?
    package let cause: Cause

    package enum Cause: Equatable, Sendable {
        // The grammar.
        case notUTF8
        case carriageReturn
        case controlCharacter(Unicode.Scalar)
        case unintelligible(ByteString)
        case settingOutsideSection(ByteString)
        case unknownSectionType(found: ByteString, known: [String])
        case duplicateSection(firstLine: Int)
        case unknownKey(found: ByteString, known: [String])
        case duplicateKey(String, firstLine: Int)

        // Sections.
        case wrongSectionID(found: ByteString, expected: String)
        case missingKey(String)
        case missingDigest
        case storageDefinedTwice(elsewhere: String)
        case localStorageDefined
        case tagOfferedTwice(String, firstLine: Int)
        case tagOfPath

        // Values.
        case missingValue(key: String)
        case wrongValue(key: String, found: ByteString, expected: String)
        /// - Parameter key: `nil` for the section's ID, and if the reason names it.
        case wrongForm(key: String?, WrongForm)

        // The VM that is asked for.
        case severalSections(lines: [Int])
        case notByVMID(vmid: VirtualMachineID)
        case otherUUID(expected: MachineUUID, found: MachineUUID?)
    }

    /// Why a text is not what it has to be, as the type that it should become says. That type is
    /// above the grammar.
    package struct WrongForm: Equatable, Sendable {
        package let message: String
        package let hint: String?

        init(_ error: some Failure) {
            message = error.message
            hint = error.hint
        }
    }

    package var message: String {
        let place = line.map { "\(file) line \($0)" } ?? file
        let subject = section.map { ": section \(excerpt($0))" } ?? ""
        return "\(place)\(subject): \(cause.text)"
    }

    package var hint: String? { cause.hint }

    package var exitStatus: ExitStatus { .configuration }
}

extension ConfigurationError.Cause {
    var text: String {
        switch self {
        case .notUTF8: "not UTF-8 text"
        case .carriageReturn: "line ends with a carriage return"
        case .controlCharacter(let scalar):
            "hidden or control character (\(codePoint(scalar)))"
        case .unintelligible(let line):
            "not understood (expected 'TYPE: ID', or a setting indented below one, found"
                + " \(excerpt(line)))"
        case .settingOutsideSection(let key):
            "setting \(excerpt(key)) belongs to no section"
        case .unknownSectionType(let found, _): "unknown section type \(excerpt(found))"
        case .duplicateSection(let firstLine): "already defined in line \(firstLine)"
        case .unknownKey(let found, _): "unknown key \(excerpt(found))"
        case .duplicateKey(let key, let firstLine):
            "\(quoted(key)) is set twice, first in line \(firstLine)"

        case .wrongSectionID(let found, let expected):
            "wrong ID (expected \(expected), found \(excerpt(found)))"
        case .missingKey(let key): "\(quoted(key)) is missing"
        case .missingDigest: "no checksum (expected sha256, sha384 or sha512)"
        case .storageDefinedTwice(let elsewhere):
            "a storage of this name is defined in \(elsewhere) already"
        case .localStorageDefined: "'local' is always the directory '/var/lib/vz'"
        case .tagOfferedTwice(let tag, let firstLine):
            "tag \(quoted(tag)) stands for another image already, in line \(firstLine)"
        case .tagOfPath: "'tag' is for volumes, and not for stock firmware"

        case .missingValue(let key): "\(quoted(key)) has no value"
        case .wrongValue(let key, let found, let expected):
            "\(quoted(key)): wrong value (expected \(expected), found \(excerpt(found)))"
        case .wrongForm(let key, let why):
            (key.map { "\(quoted($0)): " } ?? "") + why.message

        case .severalSections(let lines):
            "several sections are for this VM (lines "
                + lines.map(String.init).joined(separator: ", ") + ")"
        case .notByVMID(let vmid):
            "names a VM by its UUID or its name, which its users may change, but the VM has the ID"
                + " \(vmid)"
        case .otherUUID(let expected, let found?):
            "the VM is another one (expected uuid \(expected), found \(found))"
        case .otherUUID(let expected, nil):
            "the VM may be another one (expected uuid \(expected), found none)"
        }
    }

    var hint: String? {
        switch self {
        case .notUTF8: "save the file as UTF-8"
        case .carriageReturn: "save the file with Unix line ends: sed -i 's/\\r$//' FILE"
        case .controlCharacter: "'cat -A FILE' shows it"
        case .unintelligible:
            "headers start in the first column, settings with a tab, comments with '#'"
        case .settingOutsideSection: "an empty line ends a section; settings follow their header"
        case .unknownSectionType(let found, let known), .unknownKey(let found, let known):
            keyHint(for: String(decoding: found.bytes, as: UTF8.self), among: known)
        case .duplicateSection: "join the two sections"
        case .duplicateKey: "remove one of the lines"
        case .wrongSectionID: nil
        case .missingKey, .missingValue: nil
        case .missingDigest: "add a line like 'sha256 DIGEST'; 'sha256sum FILE' prints the digest"
        case .storageDefinedTwice: "give one of the two storages another name"
        case .localStorageDefined: "give the storage another name"
        case .tagOfferedTwice: "give each image a tag of its own; case makes no difference"
        case .tagOfPath: nil
        case .wrongValue: nil
        case .wrongForm(_, let why): why.hint
        case .severalSections: "keep one section for each VM"
        case .notByVMID(let vmid): "write 'vm: \(vmid)' if it is for this VM"
        case .otherUUID(_, nil):
            "Proxmox starts a template without its UUID, and the launcher looks it up in the"
                + " template's configuration; if this is no template, check that the section is"
                + " for this VM"
        case .otherUUID:
            "VM IDs are used again after a VM is gone: check that the section is for this VM, and"
                + " correct its uuid"
        }
    }
}

/// Something in Proxmox's own configuration that Proxmox ignores and warns about; so do we.
package struct ConfigurationWarning: Hashable, Sendable {
    package let file: String
    package let line: Int
    /// The ID of the section that contains it, as written.
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

/// A value of the configuration and where it was set, so that a refusal can say where.
///
/// Without constraints on `Value`: to make the type at run time, Swift would prove them by searching
/// every conformance in the executable, at each start.
package struct Setting<Value> {
    package let value: Value
    /// The line of the configuration file; `nil` for a default.
    package let line: Int?

    package init(_ value: Value, line: Int? = nil) {
        self.value = value
        self.line = line
    }
}

extension Setting: Equatable where Value: Equatable {}
extension Setting: Hashable where Value: Hashable {}
extension Setting: Sendable where Value: Sendable {}

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
        case .badFirmwareID(let error): error.message
        case .missingKey(let key): "\(quoted(key)) is missing"
        case .missingDigest: "no checksum (expected sha256, sha384 or sha512)"
        case .storageDefinedTwice(let elsewhere):
            "a storage of this name is defined in \(elsewhere) already"
        case .localStorageDefined: "'local' is always the directory '/var/lib/vz'"

        case .missingValue(let key): "\(quoted(key)) has no value"
        case .wrongValue(let key, let found, let expected):
            "\(quoted(key)): wrong value (expected \(expected), found \(excerpt(found)))"
        case .badDigest(let error): error.message
        case .badVolume(let key, let error): "\(quoted(key)): \(error.message)"

        case .severalSections(let lines):
            "several sections are for this VM (lines "
                + lines.map(String.init).joined(separator: ", ") + ")"
        case .sectionByName(let vmid): "names a VM by -name, but the VM has the ID \(vmid)"
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
        case .badFirmwareID(let error), .badVolume(_, let error): error.hint
        case .missingKey, .missingValue: nil
        case .missingDigest: "add a line like 'sha256 DIGEST'; 'sha256sum FILE' prints the digest"
        case .storageDefinedTwice: "give one of the two storages another name"
        case .localStorageDefined: "give the storage another name"
        case .wrongValue: nil
        case .badDigest(let error): error.hint
        case .severalSections: "keep one section for each VM"
        case .sectionByName(let vmid): "write 'vm: \(vmid)' if it is for this VM"
        case .otherUUID(_, nil):
            "Proxmox starts a template without its UUID: if the VM is one, take 'uuid' out of its"
                + " section; else check that the section is for this VM"
        case .otherUUID:
            "VM IDs are used again after a VM is gone: check that the section is for this VM, and"
                + " correct its uuid"
        }
    }
}

/// What is wrong with a configuration file, and where.
package struct ConfigurationError: Failure {
    package let file: String
    package let line: Int?
    /// The section it stands in, as `vm: 100`.
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
        case badFirmwareID(VolumeIDError)
        case missingKey(String)
        case missingDigest
        case storageDefinedTwice(elsewhere: String)
        case localStorageDefined

        // Values.
        case missingValue(key: String)
        case wrongValue(key: String, found: ByteString, expected: String)
        case badDigest(DigestError)
        case badVolume(key: String, VolumeIDError)

        // The VM that is asked for.
        case severalSections(lines: [Int])
        case sectionByName(vmid: UInt32)
        case otherUUID(expected: MachineUUID, found: MachineUUID?)
    }

    package var message: String {
        let place = line.map { "\(file) line \($0)" } ?? file
        let subject = section.map { ": section \(excerpt($0))" } ?? ""
        return "\(place)\(subject): \(cause.text)"
    }

    package var hint: String? { cause.hint }

    package var exitStatus: ExitStatus { .configuration }
}

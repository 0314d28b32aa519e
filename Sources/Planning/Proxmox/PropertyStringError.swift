/// Why a text is not a property string of the kind that is wanted.
package enum PropertyStringError: Failure {
    case notUTF8(ByteString)
    case controlCharacter(ByteString)
    case unknownKey(String, known: [String])
    case duplicateKey(String)
    case missingKey(String)
    case missingValue(key: String)
    case badValue(key: String, found: String, expected: String)
    case badVolume(key: String, VolumeIDError)

    package var message: String {
        switch self {
        case .notUTF8(let text): "not UTF-8 text: \(excerpt(text))"
        case .controlCharacter(let text): "control character in \(excerpt(text))"
        case .unknownKey(let key, _): "unknown property \(excerpt(ByteString(key)))"
        case .duplicateKey(let key): "\(quoted(key)) is set twice"
        case .missingKey(let key): "\(quoted(key)) is missing"
        case .missingValue(let key): "\(quoted(key)) has no value"
        case .badValue(let key, let found, let expected):
            "\(quoted(key)): wrong value (expected \(expected), found \(excerpt(ByteString(found))))"
        case .badVolume(let key, let error): "\(quoted(key)): \(error.message)"
        }
    }

    package var hint: String? {
        switch self {
        case .unknownKey(let key, let known): keyHint(for: key, among: known)
        case .badVolume(_, let error): error.hint
        default: nil
        }
    }

    package var exitStatus: ExitStatus { .configuration }
}

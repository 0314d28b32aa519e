import ArgumentParser
import FoundationEssentials
import Host
import Planning
import SystemPackage

/// A launch digest as a person has it: in hexadecimal, perhaps after `0x`, in base64, with its
/// algorithm and variant in front as we print them, or in a file.
struct WrittenDigest: Equatable {
    /// One of those that a text lists.
    struct Alternative: Equatable {
        /// `nil` if it does not say.
        let variant: ExpectedDigest.Variant?
        let bytes: [UInt8]
    }

    /// As it was given.
    let text: String
    /// At least one.
    let alternatives: [Alternative]

    /// - Parameter option: for messages: `--expect`.
    init(_ text: String, of option: String) throws(ValidationError) {
        self.text = text
        let wrong: String
        do throws(Mistake) {
            alternatives = try Self.alternatives(in: text)
            return
        } catch {
            wrong = error.text
        }
        guard let bytes = try Self.content(of: text, option) else {
            throw ValidationError("\(option): \(wrong): \(excerpt(ByteString(text)))")
        }
        do throws(Mistake) {
            alternatives = try Self.alternatives(in: bytes)
        } catch {
            throw ValidationError("\(option): file \(quoted(text)): \(error.text)")
        }
    }

    /// - Returns: those that have as many bytes as the algorithm yields.
    func bytes(for algorithm: Planning.Digest.Algorithm) -> [Alternative] {
        alternatives.filter { $0.bytes.count == algorithm.byteCount }
    }

    /// Of each.
    var byteCounts: [Int] { alternatives.map(\.bytes.count) }

    func matches(_ expected: ExpectedDigest) -> Bool {
        alternatives.contains {
            $0.bytes == expected.digest.bytes
                && ($0.variant == nil || $0.variant == expected.variant)
        }
    }
}

extension WrittenDigest {
    private struct Mistake: Error {
        let text: String
    }

    /// Longer files hold something else.
    private static let limit = 1 << 16
    private static let possibleByteCounts = [32, 48]

    /// A report of SEV-SNP: AMD SEV-SNP firmware ABI (56860), "ATTESTATION_REPORT Structure".
    private static let reportByteCount = 1184
    private static let measurement = 0x90..<0xC0

    private static func content(
        of path: String,
        _ option: String,
    ) throws(ValidationError) -> [UInt8]? {
        guard !path.isEmpty, !path.contains("\0"), HostFiles.isRegularFile(FilePath(path)) else {
            return nil
        }
        do throws(HostFileError) {
            return try HostFiles.content(at: FilePath(path), limit: limit)
        } catch {
            throw ValidationError("\(option): \(error.message)")
        }
    }

    /// What a file holds: a text, the digest itself, or a report with it.
    private static func alternatives(in bytes: [UInt8]) throws(Mistake) -> [Alternative] {
        if bytes.count == reportByteCount {
            return [Alternative(variant: nil, bytes: Array(bytes[measurement]))]
        }
        let isText = bytes.allSatisfy { (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }
        if isText { return try alternatives(in: String(decoding: bytes, as: UTF8.self)) }
        guard possibleByteCounts.contains(bytes.count) else {
            throw Mistake(text: "wrong length (expected 32 or 48 bytes, found \(bytes.count))")
        }
        return [Alternative(variant: nil, bytes: bytes)]
    }

    /// What is parted by commas, as a record of a launch has it.
    private static func alternatives(in text: String) throws(Mistake) -> [Alternative] {
        let parts = text.filter { !$0.isWhitespace }
            .split(separator: ",", omittingEmptySubsequences: false)
        var alternatives: [Alternative] = []
        for part in parts { alternatives.append(try alternative(part)) }
        return alternatives
    }

    private static func alternative(_ text: Substring) throws(Mistake) -> Alternative {
        var words = text.split(separator: ":", omittingEmptySubsequences: false)
        let digits = words.popLast() ?? ""
        let algorithm = words.last.flatMap {
            Planning.Digest.Algorithm(rawValue: $0.lowercased())
        }
        if algorithm != nil { words.removeLast() }
        let variant = words.last.flatMap { ExpectedDigest.Variant(rawValue: String($0)) }
        if variant != nil { words.removeLast() }
        guard words.isEmpty else { throw Mistake(text: "neither a digest nor a file") }
        let bytes = try bytes(of: digits)
        guard possibleByteCounts.contains(bytes.count),
            algorithm?.byteCount ?? bytes.count == bytes.count
        else {
            let expected = algorithm.map { "\($0.byteCount)" } ?? "32 or 48"
            throw Mistake(text: "wrong length (expected \(expected) bytes, found \(bytes.count))")
        }
        return Alternative(variant: variant, bytes: bytes)
    }

    private static func bytes(of digits: Substring) throws(Mistake) -> [UInt8] {
        if let bytes = hexadecimalBytes(String(digits)) { return bytes }
        let bare = digits.hasPrefix("0x") ? digits.dropFirst(2) : digits
        if !bare.isEmpty, bare.utf8.allSatisfy({ hexValue($0) != nil }) {
            throw Mistake(
                text: "wrong length (expected 64 or 96 hexadecimal digits, found \(bare.count))"
            )
        }
        guard !digits.isEmpty, let data = Data(base64Encoded: String(digits)) else {
            throw Mistake(text: "neither a digest nor a file")
        }
        // snpguest's base64 is of the hexadecimal digits.
        return hexadecimalBytes(String(decoding: data, as: UTF8.self)) ?? Array(data)
    }
}

/// The bytes of an even number of hexadecimal digits, either case, perhaps after `0x`.
func hexadecimalBytes(_ text: String) -> [UInt8]? {
    let digits = Array((text.hasPrefix("0x") ? text.dropFirst(2) : text[...]).utf8)
    guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = hexValue(digits[index]), let low = hexValue(digits[index + 1]) else {
            return nil
        }
        bytes.append(high << 4 | low)
    }
    return bytes
}

/// The digest is not the expected one.
enum DigestMismatch: Failure {
    /// - step: after which the digest was the expected one.
    case differs(expected: String, found: [Planning.Digest], step: String? = nil)
    /// In bytes.
    case wrongLength(Planning.Digest.Algorithm, found: [Int])
    case noVariant(String, known: [String])

    var message: String {
        switch self {
        case .differs(let expected, let found, _):
            "launch digest differs (expected \(expected), found "
                + found.map(\.hex).joined(separator: " or ") + ")"
        case .wrongLength(let algorithm, let found):
            "wrong length (expected \(algorithm.byteCount) bytes, \(algorithm.rawValue), found "
                + found.map(String.init).joined(separator: " or ") + ")"
        case .noVariant(let name, let known):
            "this guest has no variant \(quoted(name))"
                + (known.isEmpty ? "" : " (expected \(known.joined(separator: " or ")))")
        }
    }

    var hint: String? {
        switch self {
        case .differs(_, _, "firmware"?): "the expected one is that of the firmware alone"
        case .differs(_, _, let step?):
            "the expected one is that after \(quoted(step)): see --trace"
        case .differs(_, _, nil):
            "compare the image, and for SEV guests CPU model and number, kernel and guest features;"
                + " --trace shows the steps"
        case .wrongLength, .noVariant: nil
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .differs: .imageRefused
        case .wrongLength, .noVariant: .usage
        }
    }
}

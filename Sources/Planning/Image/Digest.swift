/// A checksum of an image: the algorithm and its bytes.
package struct Digest: Hashable, Sendable {
    package enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case sha256
        case sha384
        case sha512

        package var byteCount: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    package let algorithm: Algorithm
    package let bytes: [UInt8]

    /// - Parameter hex: exactly as many hexadecimal digits as the algorithm yields, either case.
    package init(_ algorithm: Algorithm, hex: String) throws(DigestError) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in hex.utf8 {
            guard let value = hexValue(digit) else {
                throw .notHexadecimal(algorithm: algorithm, found: hex)
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard high == nil, bytes.count == algorithm.byteCount else {
            throw .wrongLength(algorithm: algorithm, found: hex.utf8.count)
        }
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// - Parameter bytes: what a hash function returned; as many as the algorithm yields.
    package init(_ algorithm: Algorithm, bytes: [UInt8]) {
        self.algorithm = algorithm
        self.bytes = bytes
    }

    package var hex: String { hexadecimal(bytes) }
}

extension Digest: CustomStringConvertible {
    package var description: String { "\(algorithm.rawValue):\(hex)" }
}

/// Why a text is not a digest.
package enum DigestError: Failure {
    case notHexadecimal(algorithm: Digest.Algorithm, found: String)
    case wrongLength(algorithm: Digest.Algorithm, found: Int)
    case algorithmTooWeak(name: String)

    package var message: String {
        switch self {
        case .notHexadecimal(let algorithm, let found):
            "\(algorithm.rawValue): not hexadecimal: \(quoted(found))"
        case .wrongLength(let algorithm, let found):
            "\(algorithm.rawValue): wrong length (expected \(algorithm.byteCount * 2) hexadecimal"
                + " digits, found \(found))"
        case .algorithmTooWeak(let name):
            "\(name) cannot pin an image: collisions are known"
        }
    }

    package var hint: String? {
        switch self {
        case .notHexadecimal(let algorithm, _), .wrongLength(let algorithm, _):
            "'\(algorithm.rawValue)sum FILE' prints the digest to use"
        case .algorithmTooWeak: "pin the image with sha256, sha384 or sha512"
        }
    }

    package var exitStatus: ExitStatus { .configuration }
}

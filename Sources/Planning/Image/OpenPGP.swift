/// As much of OpenPGP's packets as it takes to refuse what gpgv or sqv should not see.
///
/// Source: RFC 9580, sections 4.2 (packets), 5.2 (signatures), 5.5 (keys) and 6.2 (armour).
enum OpenPGP {
    private enum PacketTag {
        static let signature: UInt8 = 2
        /// A key and a subkey.
        static let secretKeys: Set<UInt8> = [5, 7]
        static let publicKey: UInt8 = 6
        static let publicSubkey: UInt8 = 14
    }

    /// The type of a signature by which a key is revoked.
    private static let revocationOfKey: UInt8 = 0x20
    /// RSA, in its three forms, and DSA.
    private static let numbersFirst: Set<UInt8> = [1, 2, 3, 17]
    /// What NIST SP 800-57 calls 112 bits of strength, the least that counts today.
    private static let minimumBits = 2048
    /// SHA-256, SHA-384, SHA-512, SHA3-256 and SHA3-512.
    private static let strongHashes: Set<UInt8> = [8, 9, 10, 12, 14]

    /// Binary packets, whichever form they are in.
    static func unarmoured(
        _ bytes: [UInt8],
        _ kind: String,
        or refusal: VendorSignatureError.Cause,
    ) throws(VendorSignatureError.Cause) -> [UInt8] {
        if let first = bytes.first, first & 0x80 != 0 { return bytes }
        let text = try SignedText(bytes)
        let lines = text.lines
        if lines.first?.starts(with: "-----BEGIN PGP PRIVATE KEY".utf8) ?? false {
            throw .secretKey
        }
        guard let first = lines.first, let last = lines.last,
            first.elementsEqual("-----BEGIN PGP \(kind)-----".utf8),
            last.elementsEqual("-----END PGP \(kind)-----".utf8),
            let gap = lines.firstIndex(where: \.isEmpty)
        else { throw refusal }
        // The checksum at the end is for lines of modems; the signature tells more.
        let content = lines[gap...].dropFirst().dropLast()
            .filter { $0.first != UInt8(ascii: "=") }
        guard let packets = base64(content.flatMap(\.self)[...]) else { throw .damaged }
        return packets
    }

    /// One signature: of several, a verifier may ask for all, or be content with any of them.
    static func requireSignature(_ bytes: [UInt8]) throws(VendorSignatureError.Cause) {
        let packets = try packets(bytes)
        guard packets.allSatisfy({ $0.tag == PacketTag.signature }) else { throw .notSignature }
        guard packets.count == 1 else { throw .severalSignatures(packets.count) }
        let body = Array(bytes[packets[0].body])
        guard body.count > 4 else { throw .damaged }
        guard [4, 6].contains(body[0]) else { throw .signatureVersion(body[0]) }
        // Of a text, which would hold for a file with other line ends, or of a key.
        guard body[1] == 0 else { throw .notOfBinaryFile }
        guard strongHashes.contains(body[3]) else { throw .weakHash }
    }

    /// One key, with what belongs to it, that nobody has revoked. gpgv passes over a revocation that is
    /// not in its place, which is where `cat` puts it.
    static func requireKey(_ bytes: [UInt8]) throws(VendorSignatureError.Cause) {
        let packets = try packets(bytes)
        guard !packets.contains(where: { PacketTag.secretKeys.contains($0.tag) }) else {
            throw .secretKey
        }
        guard packets[0].tag == PacketTag.publicKey else { throw .notKey }
        let keys = packets.filter { $0.tag == PacketTag.publicKey }.count
        guard keys == 1 else { throw .severalKeys(keys) }
        for packet in packets {
            let body = Array(bytes[packet.body])
            switch packet.tag {
            case PacketTag.signature where typeOfSignature(body) == revocationOfKey:
                throw .revokedKey
            case PacketTag.publicKey, PacketTag.publicSubkey: try requireStrength(body)
            default: continue
            }
        }
    }

    /// A key of RSA or DSA has its modulus first, as a number with its length in bits. Those of elliptic
    /// curves are strong, and no signature is made with the others.
    private static func requireStrength(_ key: [UInt8]) throws(VendorSignatureError.Cause) {
        // The version, four bytes of time, and the algorithm; newer ones have four bytes of length then.
        guard let version = key.first, 4...6 ~= version else { throw .notKey }
        let start = version == 4 ? 6 : 10
        guard key.count >= start + 2 else { throw .damaged }
        guard numbersFirst.contains(key[5]) else { return }
        let bits = Int(key[start]) << 8 | Int(key[start + 1])
        guard bits >= minimumBits else { throw .weakKey(bits: bits) }
    }

    private static func typeOfSignature(_ body: [UInt8]) -> UInt8? {
        switch body.first {
        // After the length of what is hashed with it.
        case 2, 3: body.count > 2 ? body[2] : nil
        default: body.count > 1 ? body[1] : nil
        }
    }

    /// At least one. Lengths that are not known beforehand are for streams of data.
    private static func packets(
        _ bytes: [UInt8]
    ) throws(VendorSignatureError.Cause) -> [(tag: UInt8, body: Range<Int>)] {
        var packets: [(tag: UInt8, body: Range<Int>)] = []
        var index = 0
        while index < bytes.count {
            guard let header = Header(bytes[index...]),
                header.bodyByteCount <= bytes.count - index - header.byteCount
            else { throw .damaged }
            let start = index + header.byteCount
            index = start + header.bodyByteCount
            packets.append((header.tag, start..<index))
        }
        guard !packets.isEmpty else { throw .damaged }
        return packets
    }

    private struct Header {
        let tag: UInt8
        let byteCount: Int
        let bodyByteCount: Int

        init?(_ bytes: ArraySlice<UInt8>) {
            guard let first = bytes.first, first & 0x80 != 0 else { return nil }
            let rest = bytes.dropFirst()
            let lengthByteCount: Int
            if first & 0x40 != 0 {
                tag = first & 0x3F
                guard let next = rest.first else { return nil }
                switch next {
                case ..<192: (lengthByteCount, bodyByteCount) = (1, Int(next))
                case 192..<224:
                    guard let low = rest.dropFirst().first else { return nil }
                    (lengthByteCount, bodyByteCount) = (2, (Int(next) - 192) << 8 + Int(low) + 192)
                case 255:
                    guard rest.count >= 5 else { return nil }
                    (lengthByteCount, bodyByteCount) = (5, Self.number(rest.dropFirst().prefix(4)))
                default: return nil
                }
            } else {
                tag = first >> 2 & 0xF
                guard first & 3 != 3 else { return nil }
                lengthByteCount = 1 << (first & 3)
                guard rest.count >= lengthByteCount else { return nil }
                bodyByteCount = Self.number(rest.prefix(lengthByteCount))
            }
            byteCount = 1 + lengthByteCount
        }

        private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
            bytes.reduce(0) { $0 << 8 | Int($1) }
        }
    }
}

/// - Returns: `nil` if it is not base64 with its padding, in the one form that it has (RFC 4648,
///   sections 3.5 and 4).
func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard !text.isEmpty, text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    for (index, digit) in text.dropLast(padding).enumerated() {
        guard let value = base64Value(digit) else { return nil }
        bits = bits << 6 | UInt32(value)
        guard index % 4 == 3 else { continue }
        bytes += [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8)]
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits = 0
    }
    switch padding {
    case 1 where bits & 0b11 != 0, 2 where bits & 0b1111 != 0: return nil
    case 1: bytes += [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
    case 2: bytes.append(UInt8(truncatingIfNeeded: bits >> 4))
    default: break
    }
    return bytes
}

private func base64Value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}

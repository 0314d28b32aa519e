import Planning
import TestSupport
import Testing

/// Signatures of minisign, signify and OpenPGP, as far as no program is needed.
struct VendorSignatureTests {
    private typealias Cause = VendorSignatureError.Cause

    private static func signature(_ text: String) throws -> VendorSignature {
        try VendorSignature(parsing: Array(text.utf8), file: "a.sig")
    }

    private static func key(_ text: String) throws -> VendorKey {
        try VendorKey(parsing: Array(text.utf8), file: "a.pub")
    }

    private static func verify(
        _ text: String,
        _ message: [UInt8],
        _ key: String,
    ) throws -> Ed25519Signature {
        guard case .ed25519(let signature) = try signature(text),
            case .ed25519(let key) = try self.key(key)
        else {
            throw VendorSignatureError.Cause.otherKind
        }
        try signature.verify(message, by: key)
        return signature
    }

    private static let hash: [UInt8] = {
        let digits = Array(SignedMessage.blake2b.utf8).compactMap { hexValue($0) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }()

    @Test func `what minisign and signify made is verified`() throws {
        typealias Minisign = SignedMessage.Minisign
        for (text, message) in [
            (Minisign.legacy, SignedMessage.bytes), (Minisign.prehashed, Self.hash),
        ] {
            let signature = try Self.verify(text, message, Minisign.key)
            #expect(signature.keyID.description == Minisign.keyID)
            #expect(signature.comment?.text == ByteString(Minisign.comment))
            #expect(signature.isPrehashed == (text == Minisign.prehashed))
        }
        typealias Signify = SignedMessage.Signify
        let signature = try Self.verify(Signify.signature, SignedMessage.bytes, Signify.key)
        #expect(signature.keyID.description == Signify.keyID)
        #expect(signature.comment == nil && !signature.isPrehashed)
    }

    @Test func `a key may be the one word that people publish, and lines may end as on Windows`()
        throws
    {
        let word = String(try #require(SignedMessage.Minisign.key.split(separator: "\n").last))
        let text = SignedMessage.Minisign.legacy.replacing("\n", with: "\r\n")
        _ = try Self.verify(text, SignedMessage.bytes, word)
        _ = try Self.verify(text, SignedMessage.bytes, word + "\n")
    }

    @Test func `any other file, key, or comment is refused, each for what it is`() throws {
        let vendor = MadeVendor()
        let message = SignedMessage.bytes
        let good = try vendor.signature(of: message)
        _ = try Self.verify(good, message, vendor.key)
        #expect(throws: Cause.otherFile) {
            try Self.verify(good, message + [0], vendor.key)
        }
        #expect(throws: Cause.otherFile) { try Self.verify(good, [], vendor.key) }
        // Another secret key that says it is the same.
        #expect(throws: Cause.otherFile) { try Self.verify(good, message, MadeVendor().key) }
        let other = MadeVendor(id: [8, 7, 6, 5, 4, 3, 2, 1])
        #expect(
            throws: Cause.otherKey(signature: "0807060504030201", key: "0102030405060708")
        ) {
            try Self.verify(good, message, other.key)
        }
        #expect(throws: Cause.commentForged) {
            let forged = good.replacing("comment: of a test\n", with: "comment: of b test\n")
            return try Self.verify(forged, message, vendor.key)
        }
        // The comment of another signature of the same vendor.
        let second = try vendor.signature(of: message + [1], comment: "newer")
        let mixed = good.split(separator: "\n").prefix(2) + second.split(separator: "\n").suffix(2)
        #expect(throws: Cause.commentForged) {
            try Self.verify(mixed.joined(separator: "\n"), message, vendor.key)
        }
        // Signed as a file, and given for the hash of one.
        #expect(throws: Cause.otherFile) {
            let hashed = try vendor.signature(of: message, algorithm: "ED")
            return try Self.verify(hashed, Self.hash, vendor.key)
        }
    }

    @Test func `every changed bit of a signature is noticed`() throws {
        let vendor = MadeVendor()
        let key = try vendor.key
        let good = Array(try vendor.signature(of: SignedMessage.bytes).utf8)
        let lines = good.split(separator: UInt8(ascii: "\n"))
        for line in [lines[1], lines[3]] {
            for index in line.indices.dropLast(2) {
                var changed = good
                changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 65
                #expect(throws: (any Error).self, "byte \(index)") {
                    let text = String(decoding: changed, as: UTF8.self)
                    return try Self.verify(text, SignedMessage.bytes, key)
                }
            }
        }
    }

    private static let minisign = SignedMessage.Minisign.legacy
    private static let lines = minisign.split(separator: "\n").map(String.init)
    private static let openPGP = SignedMessage.OpenPGP.signature

    private static let noneOfMinisign: [(String, VendorSignatureError.Cause)] = [
        ("", .notSignature), ("\n", .notSignature), ("hello", .notSignature),
        ("untrusted comment:", .notSignature),
        (lines[0], .notSignature),
        (lines[..<3].joined(separator: "\n"), .notSignature),
        (minisign + "more\n", .notSignature),
        (lines[0] + "\n\n" + lines[1], .notSignature),
        (minisign.replacing("\ntrusted", with: "\nUntrusted"), .notSignature),
        ("\(lines[0])\n\(lines[1].dropLast(4))\n", .damaged),
        ("\(lines[0])\n\(lines[1].dropLast())\n", .damaged),
        ("\(lines[0])\n \(lines[1])\n", .damaged),
        ("\(lines[0])\n\(lines[1].replacing("/", with: "_"))\n", .damaged),
        // A file of keys, or signify's signature of a hash, which it does not make.
        (SignedMessage.Minisign.key, .damaged),
        (
            SignedMessage.Minisign.prehashed.split(separator: "\n").prefix(2)
                .joined(separator: "\n"),
            .notSignature
        ),
    ]
    private static let noneOfOpenPGP: [(String, VendorSignatureError.Cause)] = [
        (SignedMessage.OpenPGP.key, .notSignature),
        (SignedMessage.OpenPGP.ofText, .notOfBinaryFile),
        (SignedMessage.OpenPGP.bySHA1, .weakHash),
        (openPGP.replacing("iHUE", with: "iHUF"), .signatureVersion(5)),
        (openPGP.replacing("iHUE", with: "iIUE"), .damaged),
        (openPGP.replacing("iHUE", with: "mHUE"), .notSignature),
        (openPGP.replacing("\n-----END", with: "\nx-----END"), .notSignature),
        ("text\n" + openPGP, .notSignature),
        (openPGP.replacing("\n\n", with: "\n"), .notSignature),
    ]

    @Test(arguments: noneOfMinisign + noneOfOpenPGP)
    func `what is no signature is refused`(text: String, cause: VendorSignatureError.Cause) {
        let error = #expect(throws: VendorSignatureError.self) { try Self.signature(text) }
        #expect(error?.cause == cause)
        #expect(error?.exitStatus == .imageRefused)
        #expect(error?.message.hasPrefix("'a.sig': ") ?? false)
    }

    @Test(
        arguments: [
            ("", .notKey), ("hello", .notKey), ("RW", .notKey), ("untrusted comment: x", .notKey),
            (minisign, .notKey), (SignedMessage.OpenPGP.signature, .notKey),
            (SignedMessage.Minisign.key + SignedMessage.Signify.key, .notKey),
            (SignedMessage.OpenPGP.key + SignedMessage.OpenPGP.key, .damagedKey),
            ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n", .secretKey),
        ] as [(String, VendorSignatureError.Cause)]
    )
    func `what is no public key is refused`(text: String, cause: VendorSignatureError.Cause) {
        let error = #expect(throws: VendorSignatureError.self) { try Self.key(text) }
        #expect(error?.cause == cause)
    }

    /// What gpgv passes over, or sqv.
    @Test func `one key that is strong and not revoked is a key, and one signature a signature`()
        throws
    {
        guard case .openPGP(let signature) = try Self.signature(SignedMessage.OpenPGP.signature),
            case .openPGP(let key) = try Self.key(SignedMessage.OpenPGP.key)
        else {
            Issue.record("not OpenPGP")
            return
        }
        func packet(_ tag: UInt8, _ body: [UInt8]) -> [UInt8] {
            [0xC0 | tag, 0xFF, 0, 0, 0, UInt8(body.count)] + body
        }
        func number(_ bits: Int) -> [UInt8] { [UInt8(bits >> 8), UInt8(bits & 0xFF)] }

        // A revocation behind everything else, as `cat` puts it there; of versions 4 and 3.
        let revocations = [
            packet(2, [4, 0x20, 22, 8, 0, 0]), packet(2, [3, 5, 0x20, 0, 0, 0, 0]),
        ]
        let rsa: [UInt8] = [4, 0, 0, 0, 0, 1]
        let keys: [([UInt8], VendorSignatureError.Cause)] = [
            (key + key, .severalKeys(2)), (key + packet(7, [4, 0]), .secretKey),
            (key + revocations[0], .revokedKey), (key + revocations[1], .revokedKey),
            (packet(6, rsa + number(1024)), .weakKey(bits: 1024)),
            (key + packet(14, rsa + number(2047)), .weakKey(bits: 2047)),
            (packet(6, [4, 0, 0, 0, 0, 17] + number(1024)), .weakKey(bits: 1024)),
            (packet(6, [6, 0, 0, 0, 0, 1, 0, 0, 0, 2] + number(512)), .weakKey(bits: 512)),
            (packet(6, [3] + rsa + number(4096)), .notKey), (packet(6, rsa), .damagedKey),
        ]
        for (bytes, cause) in keys {
            let error = #expect(throws: VendorSignatureError.self) {
                try VendorKey(parsing: bytes, file: "a.gpg")
            }
            #expect(error?.cause == cause)
            #expect(error?.exitStatus == .configuration)
        }
        for good in [packet(6, rsa + number(2048)), key + packet(14, rsa + number(4096))] {
            _ = try VendorKey(parsing: good, file: "a.gpg")
        }
        let error = #expect(throws: VendorSignatureError.self) {
            try VendorSignature(parsing: signature + signature, file: "a.sig")
        }
        #expect(error?.cause == .severalSignatures(2))
    }

    @Test func `binary packets of OpenPGP are looked at, too`() throws {
        guard case .openPGP(let signature) = try Self.signature(SignedMessage.OpenPGP.signature),
            case .openPGP(let key) = try Self.key(SignedMessage.OpenPGP.key)
        else {
            Issue.record("not OpenPGP")
            return
        }
        #expect(signature.count == 119 && signature[0] == 0x88)
        #expect(try VendorSignature(parsing: signature, file: "") == .openPGP(signature))
        #expect(try VendorKey(parsing: key, file: "") == .openPGP(key))
        // The same packet with a length in the newer form.
        let newer = [0xC2] + signature.dropFirst()
        #expect(try VendorSignature(parsing: newer, file: "") == .openPGP(newer))
        // The secret form of the packet.
        let secret = [0x94] + key.dropFirst()
        for (bytes, cause) in [
            (secret, Cause.secretKey), (Array(key.dropLast()), .damagedKey),
            (signature, .notKey), ([0x99], .damagedKey),
            ([0xC6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .damagedKey), ([0xC6, 0xE0], .damagedKey),
            ([0x9B, 1, 2, 3], .damagedKey),
        ] {
            let error = #expect(throws: VendorSignatureError.self) {
                try VendorKey(parsing: bytes, file: "")
            }
            #expect(error?.cause == cause, "\(bytes.prefix(8))")
        }
    }
}

/// qcow2 images that would have a program open something else.
struct QCOW2RefusalTests {
    /// A header of version 3 with a disk of 4 MiB.
    private static func header(_ changes: [Int: UInt8] = [:], count: Int = 104) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 104)
        bytes.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
        // Clusters of 64 KiB.
        (bytes[29], bytes[23]) = (0x40, 16)
        for (offset, value) in changes { bytes[offset] = value }
        return Array(bytes.prefix(count))
    }

    @Test(
        arguments: [
            ([:], nil),
            ([7: 2], nil),
            // In version 2 there are other things where version 3 has its features.
            ([7: 2, 79: 4], nil),
            ([79: 8], nil), ([79: 16], nil), ([79: 24], nil),
            // Entries of the first table, clusters of counts, snapshots, and clusters' size.
            ([39: 2], nil), ([39: 3], .tablesTooLarge), ([36: 1], .tablesTooLarge),
            ([23: 9, 38: 0x20], nil), ([23: 9, 38: 0x20, 39: 1], .tablesTooLarge),
            ([59: 32], nil), ([59: 33], .tablesTooLarge), ([63: 2], .snapshots(2)),
            ([23: 8], .notUnderstood), ([23: 22], .notUnderstood),
            ([7: 1], .notUnderstood), ([7: 4], .notUnderstood), ([0: 0], .notUnderstood),
            ([15: 1], .backingFile), ([8: 1], .backingFile), ([19: 1], .backingFile),
            ([7: 2, 15: 1], .backingFile),
            ([35: 1], .encrypted), ([35: 2], .encrypted), ([32: 1], .encrypted),
            ([79: 4], .dataFile), ([79: 12], .dataFile),
            ([79: 1], .feature(0)), ([79: 2], .feature(1)), ([79: 32], .feature(5)),
            ([72: 0x80], .feature(63)),
            ([29: 0], .wrongSize(0)), ([28: 4, 29: 0], nil),
            ([28: 4, 29: 0, 31: 1], .wrongSize(0x400_0001)),
            ([24: 0xFF], .wrongSize(0xFF00_0000_0040_0000)),
        ] as [([Int: UInt8], QCOW2Refusal?)]
    )
    func `only an image that is all there is unpacked`(
        changes: [Int: UInt8],
        refusal: QCOW2Refusal?,
    ) {
        #expect(QCOW2Header.refusal(of: Self.header(changes).span) == refusal)
    }

    @Test func `a header that is cut off is refused at every length`() {
        for count in 0..<104 {
            #expect(QCOW2Header.refusal(of: Self.header(count: count).span) == .notUnderstood)
        }
        for count in 0..<72 {
            let header = Self.header([7: 2], count: count)
            #expect(QCOW2Header.refusal(of: header.span) == .notUnderstood)
        }
    }
}

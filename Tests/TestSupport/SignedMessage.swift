import Crypto
package import Foundation

/// A message with the signatures of real programs: minisign 0.11, signify 31 and GnuPG 2.2.
package enum SignedMessage {
    package static let bytes = Array("firmware of a vendor\n".utf8)
    /// As b2sum prints it.
    package static let blake2b =
        "62e67c7c877613ed08d6e5564098fae33d470a0e3d7bcb2ebc50b054cc68b5b2"
        + "efb25a7e96ef733d58aae221ca1f3403c76424e0792112bedd0b08b2463fa0ce"

    package enum Minisign {
        package static let key = """
            untrusted comment: minisign public key D51C19FC5349CB8A
            RWSKy0lT/Bkc1Z5d7lzVPhw7faZT3QhYeA3fJS024qMs7ovUR2yYiuIh

            """
        package static let keyID = "D51C19FC5349CB8A"
        package static let comment = "file:m version:1"
        package static let prehashed = """
            untrusted comment: signature from minisign secret key
            RUSKy0lT/Bkc1aax8Esj8HujfX1Y3K9qcmZR17WzrpJU5X4VSP5bUrKghI6kA1NeULOhPcPtF7gIADYd7oYFQFOkpQOMIxyS6Ac=
            trusted comment: file:m version:1
            5R+qiAWShgfO5cUdpuN4wYX4DAR72gFtMwz0duMrb+BBjyiG++i88/6vo8+L6ggD34qsfxmY4u+V94d6VtEYAQ==

            """
        package static let legacy = """
            untrusted comment: signature from minisign secret key
            RWSKy0lT/Bkc1fS4kHbk+/g73tAg1/hQGAaSWdKBGRfWUovrrtuqmr/BpnBpqF4Chwov1uxeK+HwKXwt1KqG2f5uIC3VPhszswY=
            trusted comment: file:m version:1
            sQu4WIwS7XWLshp9vmPxsu2vDSNrN4CuBZHcbdwSsn8Y4JKNrQapHdKkGlEJE0J3MaXpWuHN2QhMtbx/SWU9CQ==

            """
    }

    package enum Signify {
        package static let key = """
            untrusted comment: signify public key
            RWRokiM4qA2WwPrPbhHYT9oERvpdqCUlw4EtK9mKHI1k5Tqa9QrCCwsi

            """
        package static let keyID = "C0960DA838239268"
        package static let signature = """
            untrusted comment: verify with s.pub
            RWRokiM4qA2WwPR6yKP1zjnd88rI9+/OyVyfFbGErUcjK8CuVkw19ENWYF3LHzagbdqMCB7FWHI/JWXqQRpdJoSthwHJ1M40YQg=

            """
    }

    package enum OpenPGP {
        package static let key = """
            -----BEGIN PGP PUBLIC KEY BLOCK-----

            mDMEZZIAgBYJKwYBBAHaRw8BAQdAWhD28GOPdHq9nXTufopLG/mB4rZOFOuhFTKP
            I2/ig9K0G1ZlbmRvciA8dmVuZG9yQGV4YW1wbGUub3JnPoiQBBMWCAA4FiEEgerF
            /EYzSWZlVTnp4UVoOgdsGxEFAmWSAIACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgEC
            F4AACgkQ4UVoOgdsGxHGbAEAsaWnJg8xqYwdS1/TWqHRimOG9Z7IoQv7kFgYg+8T
            kI4BAKg649KKA6/2OkCIeRU0m04Trt4d19Ar8JBXW13QieAL
            =pTqL
            -----END PGP PUBLIC KEY BLOCK-----

            """
        package static let fingerprint = "81EAC5FC46334966655539E9E145683A076C1B11"
        package static let signature = """
            -----BEGIN PGP SIGNATURE-----

            iHUEABYIAB0WIQSB6sX8RjNJZmVVOenhRWg6B2wbEQUCZZNSAAAKCRDhRWg6B2wb
            ERHKAQDvaen5uy1nCbZrmyQXbUyQVAybNSJHPLp+mSTwEWDonwEAj0jl8Sm5sL4/
            nX+KJhHuyhe9jsGKnRdbpoNffLSeQAg=
            =YYdc
            -----END PGP SIGNATURE-----

            """
        package static let ofText = """
            -----BEGIN PGP SIGNATURE-----

            iHUEARYIAB0WIQSB6sX8RjNJZmVVOenhRWg6B2wbEQUCZZNSAAAKCRDhRWg6B2wb
            EePTAP9qBpJCHpM2P75yaRzcItcSPG8eMQ/iaN+/XpW6CqGyGwD9F3euI1BTZYTn
            TK8INDS7GBXigOdcpwOq8lucn6KlbwU=
            =GmiM
            -----END PGP SIGNATURE-----

            """
        package static let bySHA1 = """
            -----BEGIN PGP SIGNATURE-----

            iHUEABYCAB0WIQSB6sX8RjNJZmVVOenhRWg6B2wbEQUCZZNSAAAKCRDhRWg6B2wb
            EfFdAPkBrULasbrYMtGWH5z4kpheFJX/7yXPAnSxsjH/Ze1JvQEAsR5KTGVPQy7u
            +77Aqkrb1dnueyolDAqjyb2uB2DYkgQ=
            =rP87
            -----END PGP SIGNATURE-----

            """
    }
}

/// Somebody who signs as minisign does.
package struct MadeVendor: Sendable {
    private let secret: Data
    private let id: [UInt8]

    package init(id: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]) {
        secret = Curve25519.Signing.PrivateKey().rawRepresentation
        self.id = id
    }

    private func signed(_ bytes: some DataProtocol) throws -> Data {
        try Curve25519.Signing.PrivateKey(rawRepresentation: secret).signature(for: bytes)
    }

    package var key: String {
        get throws {
            let secret = try Curve25519.Signing.PrivateKey(rawRepresentation: secret)
            let packed = Data("Ed".utf8) + id + secret.publicKey.rawRepresentation
            return "untrusted comment: key of a test\n\(packed.base64EncodedString())\n"
        }
    }

    /// - Parameter message: the file, or its BLAKE2b-512 for the algorithm `ED`.
    /// - Parameter comment: `nil` for a signature as signify makes it.
    package func signature(
        of message: some DataProtocol,
        algorithm: String = "Ed",
        comment: String? = "of a test",
    ) throws -> String {
        let signature = try signed(message)
        let packed = Data(algorithm.utf8) + id + signature
        let first = "untrusted comment: of a test\n\(packed.base64EncodedString())\n"
        guard let comment else { return first }
        let second = try signed(signature + Data(comment.utf8)).base64EncodedString()
        return "\(first)trusted comment: \(comment)\n\(second)\n"
    }
}

/// What `query-sev-launch-measure` returns for a plain SEV or SEV-ES guest: the launch digest under
/// a key that only the guest's owner and the platform's firmware have.
///
/// Source: AMD SEV API specification, LAUNCH_MEASURE.
package struct SEVMeasurement: Hashable, Sendable {
    /// The platform's firmware, as `query-sev` tells.
    package struct Platform: Hashable, Sendable {
        package let major: UInt8
        package let minor: UInt8
        package let build: UInt8

        package init(major: UInt8, minor: UInt8, build: UInt8) {
            self.major = major
            self.minor = minor
            self.build = build
        }
    }

    /// 32 bytes, and the nonce that follows them in what QEMU prints.
    package let code: [UInt8]
    package let nonce: [UInt8]

    /// - Parameters:
    ///   - digest: of ``LaunchDigest/sev(firmware:hashes:)`` or of SEV-ES.
    ///   - key: the transport integrity key (TIK) of the guest's session.
    ///   - nonce: MNONCE, the last 16 bytes of what QEMU printed.
    package init<SHA256: HashFunction>(
        of digest: Digest,
        on platform: Platform,
        policy: UInt32,
        key: [UInt8],
        nonce: [UInt8],
        using _: SHA256.Type,
    ) {
        var message: [UInt8] = [0x04, platform.major, platform.minor, platform.build, 0, 0, 0, 0]
        message.put(policy, at: 4)
        message += digest.bytes + nonce
        code = Self.authenticate(message, key: key, with: SHA256.self)
        self.nonce = nonce
    }

    /// HMAC (RFC 2104).
    private static func authenticate<SHA256: HashFunction>(
        _ message: [UInt8],
        key: [UInt8],
        with _: SHA256.Type,
    ) -> [UInt8] {
        let blockByteCount = 64
        let key = key.count > blockByteCount ? SHA256.hash(key.span) : key
        let padded = key + [UInt8](repeating: 0, count: blockByteCount - key.count)
        let inner = padded.map { $0 ^ 0x36 } + message
        let outer = padded.map { $0 ^ 0x5C } + SHA256.hash(inner.span)
        return SHA256.hash(outer.span)
    }
}

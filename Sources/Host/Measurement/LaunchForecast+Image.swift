package import Planning

extension LaunchForecast {
    /// What the owner of the guest that `commandLine` starts should see.
    ///
    /// - Parameters:
    ///   - image: the bytes that it starts with.
    ///   - commandLine: QEMU's own.
    /// - Returns: `nil` for a normal guest.
    package init?(of image: Span<UInt8>, guest: GuestKind, commandLine: QEMUCommandLine) {
        guard guest.isConfidential else { return nil }
        do throws(MeasurementGap) {
            let launch = try MeasuredCommandLine(commandLine, guest: guest)
            self = .digests(try Self.digests(of: image, guest: MeasuredGuest(launch)))
        } catch {
            self = .unknown(error)
        }
    }

    private static func digests(
        of image: Span<UInt8>,
        guest: MeasuredGuest,
    ) throws(MeasurementGap) -> [ExpectedDigest] {
        do {
            return try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: image)
        } catch {
            throw .refused(error)
        }
    }
}

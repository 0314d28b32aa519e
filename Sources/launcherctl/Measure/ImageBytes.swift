import Host
import Planning

/// An image that is measured.
struct ImageBytes: ~Copyable {
    private let file: HeldFile

    init(_ name: String, configuration: String?) throws(MeasurementGap) {
        let argument: ImageArgument
        do throws(LaunchFailure) {
            argument = try ImageArgument(name, configuration: configuration)
        } catch {
            throw .fileUnreadable(error.message)
        }
        do throws(HostFileError) {
            file = try HeldFile(opening: argument.path, limit: ImageArgument.maximumByteCount)
        } catch {
            throw .fileUnreadable(error.message)
        }
    }

    /// - Parameters:
    ///   - kind: of the guest.
    ///   - guest: finds out the rest of it.
    consuming func digests(
        of kind: GuestKind,
        guest: () throws(MeasurementGap) -> MeasuredGuest,
    ) throws(MeasurementGap) -> [ExpectedDigest] {
        if kind == .sevSNP { return try digestsByPages(of: guest) }
        let guest = try guest()
        return try file.withBytes { (bytes) throws(MeasurementGap) in
            try refusing { () throws(MeasurementRefusal) in
                try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: bytes)
            }
        }
    }

    /// Alone among the guest kinds, SEV-SNP has digests that do not depend on one another: another
    /// thread begins with them while this one finds out what the guest is.
    private consuming func digestsByPages(
        of guest: () throws(MeasurementGap) -> MeasuredGuest
    ) throws(MeasurementGap) -> [ExpectedDigest] {
        let image = SharedImage(file)
        let helper = image.helper()
        let guest = try guest()
        let digests = try image.withBytes { (bytes) throws(MeasurementGap) in
            try refusing { () throws(MeasurementRefusal) in
                try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: bytes) { firmware in
                    image.digestPages { firmware.add($0) }
                }
            }
        }
        if let helper { helper.join() }
        return digests
    }
}

private func refusing<Value>(
    _ body: () throws(MeasurementRefusal) -> Value
) throws(MeasurementGap) -> Value {
    do throws(MeasurementRefusal) {
        return try body()
    } catch {
        throw .refused(error)
    }
}

import Host
import Planning

/// An image that is measured.
struct ImageBytes: ~Copyable {
    private let name: String
    private let file: HeldFile

    init(_ name: String, configuration: String?) throws(MeasurementGap) {
        let argument: ImageArgument
        do throws(LaunchFailure) {
            argument = try ImageArgument(name, configuration: configuration)
        } catch {
            throw .fileUnreadable(error.message, hint: error.hint, status: error.exitStatus)
        }
        let held: HeldFile
        do throws(HostFileError) {
            held = try HeldFile(opening: argument.path, limit: ImageArgument.maximumByteCount)
        } catch {
            let failure = UnreadableImage(cause: error)
            throw .fileUnreadable(failure.message, hint: failure.hint, status: failure.exitStatus)
        }
        self.name = argument.name
        file = held
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
            try StartDoubt(about: name, bytes, of: kind).measuring {
                () throws(MeasurementRefusal) in
                try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: bytes)
            }
        }
    }

    /// Alone among the guest kinds, SEV-SNP has digests that do not depend on one another: another
    /// thread begins with them while this one finds out what the guest is.
    private consuming func digestsByPages(
        of guest: () throws(MeasurementGap) -> MeasuredGuest
    ) throws(MeasurementGap) -> [ExpectedDigest] {
        let name = name
        let image = SharedImage(file)
        let helper = image.helper()
        let guest = try guest()
        let digests = try image.withBytes { (bytes) throws(MeasurementGap) in
            try StartDoubt(about: name, bytes, of: .sevSNP).measuring {
                () throws(MeasurementRefusal) in
                try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: bytes) { add in
                    image.digestPages(add)
                }
            }
        }
        if let helper { helper.join() }
        return digests
    }
}

import Host
import Planning

/// An image that is measured.
struct ImageBytes {
    private let name: String
    private let bytes: [UInt8]

    init(_ name: String, configuration: String?) throws(MeasurementGap) {
        do throws(LaunchFailure) {
            let argument = try ImageArgument(name, configuration: configuration)
            self.name = argument.name
            bytes = try argument.read()
        } catch {
            throw .fileUnreadable(error.message, hint: error.hint, status: error.exitStatus)
        }
    }

    /// - Parameters:
    ///   - kind: of the guest.
    ///   - guest: finds out the rest of it.
    func digests(
        of kind: GuestKind,
        guest: () throws(MeasurementGap) -> MeasuredGuest,
    ) throws(MeasurementGap) -> [ExpectedDigest] {
        let guest = try guest()
        return try StartDoubt(about: name, bytes.span, of: kind).measuring {
            () throws(MeasurementRefusal) in
            try LaunchDigest.expected(of: guest, firmware: bytes.span)
        }
    }
}

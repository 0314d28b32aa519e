import Host
import Planning

/// An image that is measured.
struct ImageBytes {
    private let name: String
    private let bytes: [UInt8]

    init(_ name: String, configuration: String?) throws(LaunchFailure) {
        let argument = try ImageArgument(name, configuration: configuration)
        self.name = argument.name
        bytes = try argument.read()
    }

    /// - Parameters:
    ///   - kind: of the guest.
    ///   - guest: finds out the rest of it.
    func digests(
        of kind: GuestKind,
        guest: () throws(LaunchFailure) -> MeasuredGuest,
    ) throws(LaunchFailure) -> [ExpectedDigest] {
        let guest = try guest()
        return try StartDoubt(about: name, bytes.span, of: kind).measuring {
            () throws(MeasurementRefusal) in
            try LaunchDigest.expected(of: guest, firmware: bytes.span)
        }
    }
}

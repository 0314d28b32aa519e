/// The launch digest that the owner of a confidential guest should see, or why it cannot be told.
package enum LaunchForecast: Hashable, Sendable {
    case digests([ExpectedDigest])
    case unknown(MeasurementGap)

    package var digests: [ExpectedDigest] {
        if case .digests(let digests) = self { digests } else { [] }
    }

    /// For the record: `sha384:…`, `legacy:sha256:…,init2:sha256:…`, `unknown`.
    package var text: String {
        switch self {
        case .digests(let digests):
            digests.map { expected in
                (expected.variant.map { "\($0.rawValue):" } ?? "") + "\(expected.digest)"
            }.joined(separator: ",")
        case .unknown: "unknown"
        }
    }
}

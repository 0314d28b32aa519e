/// Why there is no launch digest to expect.
package enum MeasurementRefusal: Failure, Hashable {
    /// The guest would not start, so nothing would be measured.
    case image(GuestRefusal)
    case notWholePages(byteCount: Int)
    case processorCount(found: Int, maximum: Int)

    package var message: String {
        switch self {
        case .image(let refusal): ImageRefusal.guest(refusal).message
        case .notWholePages(let byteCount):
            "cannot be measured (expected a multiple of 4096 bytes, found \(byteCount))"
        case .processorCount(let found, let maximum):
            "wrong number of virtual CPUs (expected 1 to \(maximum), found \(found))"
        }
    }

    package var hint: String? {
        switch self {
        case .image(let refusal): refusal.hint
        case .notWholePages: "upload the image again"
        case .processorCount: nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .image, .notWholePages: .imageRefused
        case .processorCount: .usage
        }
    }
}

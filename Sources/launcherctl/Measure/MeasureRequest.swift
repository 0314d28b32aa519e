import ArgumentParser
import Host
import Planning

/// The launch digest of an image is asked for.
struct MeasureRequest: Equatable {
    private let kind: GuestKind
    /// A firmware volume or a file.
    private let image: String
    /// Where storages are declared; `nil` for the default file.
    private let configuration: String?
    private let guest: GuestDescription
    private let output: DigestOutput

    init(
        kind: String?,
        image: String?,
        configuration: String? = nil,
        guest: GuestDescription,
        output: DigestOutput,
    ) throws(ValidationError) {
        guard let name = kind, let kind = GuestKind(rawValue: name), kind.isConfidential else {
            let found = kind.map { ", found \(quoted($0))" } ?? ""
            throw ValidationError("expected sev, sev-es, sev-snp or tdx\(found)")
        }
        guard let image else { throw ValidationError("no image") }
        self.kind = kind
        self.image = image
        self.configuration = configuration
        self.guest = guest
        self.output = output
    }

    func run() throws {
        let digests: [ExpectedDigest]
        do throws(MeasurementGap) {
            digests = try self.digests()
        } catch {
            throw refuse(error)
        }
        try output.show(digests)
    }

    private func digests() throws(MeasurementGap) -> [ExpectedDigest] {
        try ImageBytes(image, configuration: configuration).digests(of: kind) {
            () throws(MeasurementGap) in
            try guest.measured(kind)
        }
    }
}

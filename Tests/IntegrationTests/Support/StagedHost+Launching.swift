import Foundation
import Planning
import Testing

extension StagedHost {
    /// A call of the launcher with this store's configuration.
    ///
    /// - Parameter name: argv[0].
    func launcher(
        _ arguments: [ByteString],
        calledAs name: ByteString = "/usr/bin/kvm",
    ) -> Child.Request {
        Child.Request(
            program: Products.launcher,
            arguments: [name, "-launcher-config", ByteString(configuration)] + arguments,
        )
    }

    /// The same command line for `launcherctl plan`.
    func plan(
        _ arguments: [ByteString],
        calledAs name: ByteString = "/usr/bin/kvm",
        json: Bool = true,
    ) -> Child.Request {
        let call: [ByteString] =
            ["launcherctl", "plan"] + (json ? ["--json"] : []) + ["--", name]
        return Child.Request(
            program: Products.launcherctl,
            arguments: call + ["-launcher-config", ByteString(configuration)] + arguments,
        )
    }

    /// The option that asks for this store's image.
    static let firmware: [ByteString] = ["-efi-firmware", ByteString(volume)]

    /// Launches, and reads what the stand-in was given.
    func launch(_ request: Child.Request) async throws -> StandInReport {
        let outcome = try await run(request)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        return try #require(try report())
    }

    /// The descriptor of the image, found by what it is called.
    func imageNumber(in report: StandInReport) throws -> Int32 {
        let numbers = report.descriptors.filter {
            $0.value.target.hasPrefix("/memfd:\(Self.volume)")
        }
        #expect(numbers.count == 1)
        return try #require(numbers.keys.first)
    }
}

import ArgumentParser
import Host
import Planning
import SystemPackage

/// What every command of the store takes.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read this file instead of the default.", valueName: "file"))
    var config: String?

    func validate() throws {
        guard config.map({ $0.hasPrefix("/") }) ?? true else {
            throw ValidationError("--config wants an absolute path")
        }
    }

    var configurationPath: FilePath? { config.map { FilePath($0) } }

    func store() throws(LaunchFailure) -> Store { try Store(configurationPath) }
}

/// A firmware volume on the command line.
struct VolumeArgument: ExpressibleByArgument {
    let text: String

    init(argument: String) {
        text = argument
    }

    func volume() throws(LaunchFailure) -> FirmwareVolume {
        try failing { () throws(VolumeIDError) in try FirmwareVolume(parsing: text) }
    }
}

/// Checksums that an image must have.
struct DigestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The SHA-256 that the image must have.", valueName: "hex"))
    var sha256: String?

    @Option(help: ArgumentHelp("The SHA-384 that the image must have.", valueName: "hex"))
    var sha384: String?

    @Option(help: ArgumentHelp("The SHA-512 that the image must have.", valueName: "hex"))
    var sha512: String?

    func digests() throws(LaunchFailure) -> [Digest] {
        try failing { () throws(DigestError) in
            var digests: [Digest] = []
            if let sha256 { digests.append(try Digest(.sha256, hex: sha256)) }
            if let sha384 { digests.append(try Digest(.sha384, hex: sha384)) }
            if let sha512 { digests.append(try Digest(.sha512, hex: sha512)) }
            return digests
        }
    }
}

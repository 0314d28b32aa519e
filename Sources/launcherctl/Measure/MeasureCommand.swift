import ArgumentParser
import Host
import Planning

/// `launcherctl measure`: the launch digest that a guest's owner should see.
struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Foretells the launch digest of a confidential guest.",
        discussion: """
            From an image and options, or from QEMU's command line as qemu-launcher would start it. \
            KIND is sev, sev-es, sev-snp or tdx; IMAGE is a firmware volume or a file.

            The digest covers the initial memory and, for SEV-ES and SEV-SNP, the state of the \
            CPUs. It does not cover the guest's policy, the identity block, host data, memory size, \
            disks and devices, which are other fields of a report or in none. For plain SEV and \
            SEV-ES the platform reports it inside of an HMAC with the owner's key. For TDX it is \
            MRTD; RTMR0 to RTMR3 are not foretold.

            SEV-ES and TDX have variants that QEMU and the kernel decide; without --variant all of \
            them are shown, and --hex and --base64 print the first.

            EXAMPLES
              launcherctl measure sev-snp OVMF.amdsev.fd --vcpus 4 --cpu EPYC-Milan
              launcherctl measure tdx OVMF.inteltdx.fd --expect 4d2c…
              launcherctl measure --hex -- -efi-firmware local:efi-firmware/snp.fd -smp 4 …
            """,
    )

    @Argument(help: "sev, sev-es, sev-snp or tdx.")
    var kind: String?

    @Argument(help: "A firmware volume or a file.")
    var image: String?

    @OptionGroup(title: "Guest")
    var guest: GuestOptions

    @OptionGroup(title: "Output")
    var output: MeasureOutput

    @Option(help: ArgumentHelp("Where storages are declared.", valueName: "file"))
    var config: String?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("QEMU's command line.", valueName: "qemu-arguments"),
    )
    var commandLine: [String] = []

    func validate() throws {
        if commandLine.isEmpty {
            _ = try request()
        } else if try kind != nil || image != nil || !guest.description().isEmpty {
            throw ValidationError("give an image with options, or a command line, not both")
        } else if config != nil {
            throw ValidationError("--config: give -launcher-config in the command line instead")
        }
    }

    func run() throws {
        guard !commandLine.isEmpty else { return try request().run() }
        let digests: [ExpectedDigest]
        do throws(LaunchFailure) {
            digests = try digestsOfCommandLine()
        } catch {
            throw refuse(error)
        }
        try output.output().show(digests)
    }

    func request() throws(ValidationError) -> MeasureRequest {
        try MeasureRequest(
            kind: kind,
            image: image,
            configuration: config,
            guest: guest.description(),
            output: output.output(),
        )
    }

    /// As the launcher would start it; what it would refuse has no digest.
    private func digestsOfCommandLine() throws(LaunchFailure) -> [ExpectedDigest] {
        let launch = try PreparedLaunch.prepare(try Invocation.planned(commandLine))
        switch try forecast(of: launch) {
        case .digests(let digests): return digests
        case .unknown(let gap): throw LaunchFailure(gap)
        }
    }

    private func forecast(
        of launch: borrowing PreparedLaunch
    ) throws(LaunchFailure) -> LaunchForecast {
        if let forecast = launch.forecast { return forecast }
        guard launch.plan.firmware == nil else { return .unknown(.notConfidential) }
        return try StockForecast.make(launch.plan)
    }
}

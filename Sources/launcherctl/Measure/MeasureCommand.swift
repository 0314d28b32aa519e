import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl measure`: the launch digest that a guest's owner should see.
struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Computes the launch digest of a confidential guest in advance.",
        discussion: """
            From an image and options, or from QEMU's command line as qemu-launcher would start it. \
            KIND is sev, sev-es, sev-snp or tdx; IMAGE is a volume ID or a file.

            The digest covers the initial memory and, for SEV-ES and SEV-SNP, the state of the \
            CPUs. It does not cover the guest's policy, the identity block, host data, memory size, \
            disks and devices, which are other fields of a report or in none. For plain SEV and \
            SEV-ES the platform reports it inside of an HMAC with the owner's key. For TDX it is \
            MRTD; RTMR0 to RTMR3 are not computed.

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

    @Argument(help: "A volume ID or a file.")
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
        case .unknown(let failure): throw failure
        }
    }

    private func forecast(
        of launch: borrowing PreparedLaunch
    ) throws(LaunchFailure) -> LaunchForecast {
        if let forecast = launch.forecast { return forecast }
        guard launch.plan.firmware == nil else { return .gap(.notConfidential) }
        return try StockForecast.make(launch.plan)
    }
}

/// The launch digest of an image is asked for.
struct MeasureRequest: Equatable {
    private let kind: GuestKind
    /// A volume ID or a file.
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
        do throws(LaunchFailure) {
            digests = try self.digests()
        } catch {
            throw refuse(error)
        }
        try output.show(digests)
    }

    private func digests() throws(LaunchFailure) -> [ExpectedDigest] {
        try ImageBytes(image, configuration: configuration).digests(of: kind) {
            () throws(LaunchFailure) in
            try guest.measured(kind)
        }
    }
}

/// Why the guest that is measured would not start from the image. Its digest is still correct and
/// worth comparing with another tool's, but no report will contain it.
struct StartRefusal {
    private let image: String
    private let refusal: ImageRefusal?

    /// - Parameters:
    ///   - name: of the image.
    ///   - attachment: `nil` for the usual one.
    init(
        about name: String,
        _ bytes: Span<UInt8>,
        of guest: GuestKind,
        attachment: JudgementContext.Attachment? = nil,
    ) {
        self.image = quoted(name)
        let image = FirmwareImage(bytes)
        let context = JudgementContext(
            guest: guest,
            attachment: attachment ?? FirmwareFitness.attachment(of: image, for: guest),
            store: .init(byteCount: nil),
        )
        refusal = judge(image, in: context).refusal
    }

    /// - Parameter measure: finds the digests; if there are none, the doubt is the better reason.
    func measuring(
        _ measure: () throws(MeasurementRefusal) -> [ExpectedDigest]
    ) throws(LaunchFailure) -> [ExpectedDigest] {
        let digests: [ExpectedDigest]
        do throws(MeasurementRefusal) {
            digests = try measure()
        } catch {
            throw LaunchFailure(refusal.map { ImageUnfit(image: image, refusal: $0) } ?? error)
        }
        say()
        return digests
    }

    func say() {
        if let refusal { Console(program: "launcherctl").warn(refusal, about: image) }
    }
}

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
        return try StartRefusal(about: name, bytes.span, of: kind).measuring {
            () throws(MeasurementRefusal) in
            try LaunchDigest.expected(of: guest, firmware: bytes.span)
        }
    }
}

/// The launch digest of a guest that starts with the firmware its command line attaches.
enum StockForecast {
    static func make(_ plan: LaunchPlan) throws(LaunchFailure) -> LaunchForecast {
        let commandLine = plan.commandLine
        let machine = MachineOptions(commandLine)
        let guest = try failing { () throws(GuestKindError) in
            try GuestKind(commandLine, machine: machine)
        }
        let (path, flash) = try failing { () throws(AttachmentError) in
            let attached = try AttachedFirmware(commandLine, machine: machine)
            let path = try StockImage.path(in: commandLine)
            return (path, try FlashFile(codeOf: attached, in: commandLine))
        }
        guard guest.isConfidential else { return .gap(.notConfidential) }
        let other =
            machine.last("firmware")?.quote ?? machine.last("igvm-cfg")?.quote
            ?? commandLine.all("set").first.map { commandLine.quote($0) }
        if let other { return .gap(.otherFirmware(option: other)) }
        guard let path else { return .gap(.noFirmware) }
        guard let text = path.text, flash?.isWholeFile ?? true else {
            return .gap(.flashFormat(path.escaped))
        }
        let bytes = try ImageArgument(file: FilePath(text)).read()
        let attachment: JudgementContext.Attachment = flash == nil ? .bios : .flash
        StartRefusal(about: text, bytes.span, of: guest, attachment: attachment).say()
        return LaunchForecast(of: bytes.span, guest: guest, commandLine: commandLine)
            ?? .gap(.notConfidential)
    }
}

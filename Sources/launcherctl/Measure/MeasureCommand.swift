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
            From an image and options, from the command line that Proxmox has for a VM, or from \
            any command line of QEMU's, as qemu-launcher would start it. KIND is sev, sev-es, \
            sev-snp or tdx; IMAGE is a volume ID or a file.

            The digest covers the initial memory and, for SEV-ES and SEV-SNP, the state of the \
            CPUs. It does not cover the guest's policy, the identity block, host data, memory size, \
            disks and devices, which are other fields of a report or in none. For plain SEV and \
            SEV-ES the platform reports it inside of an HMAC with the owner's key. For TDX it is \
            MRTD; RTMR0 to RTMR3 are not computed.

            SEV-ES and TDX have variants that QEMU and the kernel decide; without --variant all of \
            them are shown, and --hex and --base64 print the first.

            With --id-key, an SEV-SNP guest gets an ID block: the platform then starts it only \
            with this digest and policy. An option on which the digest does not depend is an error.

            EXAMPLES
              launcherctl measure sev-snp OVMF.amdsev.fd --vcpus 4 --cpu EPYC-Milan
              launcherctl measure sev-snp OVMF.amdsev.fd --vcpus 4 --cpu EPYC-Milan \\
                  --id-key id.pem --author-key author.pem --properties
              launcherctl measure tdx OVMF.inteltdx.fd --expect 4d2c…
              launcherctl measure --vmid 100 --expect report.bin
            """,
    )

    @Argument(
        help: "sev, sev-es, sev-snp or tdx.",
        completion: .list(["sev", "sev-es", "sev-snp", "tdx"]),
    )
    var kind: String?

    @Argument(help: "A volume ID or a file.", completion: .image)
    var image: String?

    @Flag(help: "Print the digest of the firmware alone, which --ovmf-hash takes (SEV-SNP).")
    var firmwareOnly = false

    @Flag(
        name: .customLong("list-cpus"),
        help: "List the CPU models whose signatures are known."
    )
    var listCPUs = false

    @OptionGroup(title: "Guest")
    var guest: GuestOptions

    @OptionGroup(title: "ID block")
    var identity: IdentityOptions

    @OptionGroup(title: "Output")
    var output: MeasureOutput

    @OptionGroup var commandLine: CommandLineArguments

    func validate() throws {
        let measuresCommandLine = commandLine.vmid != nil || !commandLine.words.isEmpty
        if listCPUs {
            try requireNothingElse(measuresCommandLine)
        } else if !measuresCommandLine {
            _ = try request()
        } else if try kind != nil || image != nil || firmwareOnly || !guest.description().isEmpty {
            throw ValidationError("give an image with options, or a command line, not both")
        } else if identity.policy != nil {
            throw ValidationError("--policy: the command line has it")
        } else {
            _ = try output.output(identity.request())
        }
    }

    private func requireNothingElse(_ measuresCommandLine: Bool) throws {
        let output = try output.output(identity.request())
        let plain = try DigestOutput(MeasureOutput.parse(output.form == .json ? ["--json"] : []))
        guard kind == nil, image == nil, !firmwareOnly, !measuresCommandLine,
            commandLine.options.config == nil,
            try guest.description().isEmpty, output == plain
        else { throw ValidationError("--list-cpus goes with --json only") }
    }

    func run() throws {
        guard !listCPUs else { return try CPUModelList.show(asJSON: output.json) }
        guard commandLine.vmid != nil || !commandLine.words.isEmpty else {
            return try request().run()
        }
        var measured: MeasuredLaunch?
        try reporting { () throws(LaunchFailure) in
            measured = try MeasuredLaunch(commandLine.invocation())
        }
        guard let measured else { return }
        try output.output(identity.request()).show(measured.digests) {
            () throws(LaunchFailure) in
            try failing { () throws(MeasurementGap) in
                try MeasuredCommandLine.policy(of: measured.commandLine)
            }
        }
    }

    func request() throws(ValidationError) -> MeasureRequest {
        try MeasureRequest(
            kind: kind,
            image: image,
            configuration: commandLine.options.configurationPath?.string,
            subject: firmwareOnly ? .firmware : .guest,
            guest: guest.description(),
            output: output.output(identity.request()),
        )
    }
}

/// The guest of a command line, as the launcher would start it; what it would refuse has no digest.
private struct MeasuredLaunch {
    let digests: [ExpectedDigest]
    /// QEMU's.
    let commandLine: QEMUCommandLine

    init(_ invocation: Invocation) throws(LaunchFailure) {
        let launch = try PreparedLaunch.prepare(invocation)
        commandLine = launch.plan.commandLine
        switch try Self.forecast(of: launch) {
        case .digests(let digests): self.digests = digests
        case .unknown(let failure): throw failure
        }
    }

    private static func forecast(
        of launch: borrowing PreparedLaunch
    ) throws(LaunchFailure) -> LaunchForecast {
        if let forecast = launch.forecast { return forecast }
        guard launch.plan.firmware == nil else { return .gap(.notConfidential) }
        return try StockForecast.make(launch.plan)
    }
}

/// The CPU models that `--cpu` knows.
enum CPUModelList {
    static func show(asJSON: Bool) throws {
        let models = CPUSignature.models
        guard asJSON else { return Output.show(text(models)) }
        try reporting { () throws(LaunchFailure) in
            Output.show(json: try jsonText(models.map(CPUModelDocument.init)))
        }
    }

    static func text(_ models: [CPUSignature.Model]) -> String {
        var table = Table("CPU MODEL", "VERSIONS", "SIGNATURE", "FAMILY", "MODEL", "STEPPING")
        for model in models {
            let signature = model.signature
            table.add(
                .init(model.name),
                .init(model.versions.map(versions) ?? ""),
                .init("\(signature)"),
                .init("\(signature.family)"),
                .init("\(signature.model)"),
                .init("\(signature.stepping)"),
            )
        }
        return table.text(inColour: false)
    }

    private static func versions(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "v\(range.lowerBound)" : "v\(range.lowerBound) to v\(range.upperBound)"
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

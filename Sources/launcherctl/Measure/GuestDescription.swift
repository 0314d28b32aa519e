import ArgumentParser
import Host
import Planning
import SystemPackage

/// What a launch digest depends on besides the image, as a person describes it.
struct GuestDescription: Equatable {
    private enum Processor: Equatable {
        /// A CPU model of QEMU, as in `-cpu`.
        case model(String)
        case signature(CPUSignature)
    }

    /// The files of `-kernel` and `-initrd`, and the text of `-append`.
    private struct Kernel: Equatable {
        let file: String
        let initrd: String?
        let commandLine: String?
    }

    /// Who starts the guest.
    fileprivate enum Platform: String, CaseIterable {
        case qemu
        case ec2
        case gce
    }

    private let processorCount: Int?
    private let processor: Processor?
    private let features: GuestFeatures?
    private let kernel: Kernel?
    private let platform: Platform?
    /// Of the firmware alone, SHA-384.
    private let firmware: Planning.Digest?

    init(_ options: GuestOptions) throws(ValidationError) {
        guard options.kernel != nil || (options.initrd == nil && options.append == nil) else {
            throw ValidationError("--initrd and --append are measured only with --kernel")
        }
        // What swift-argument-parser puts in the place of bytes that are not text.
        guard options.append?.contains("\u{FFFD}") != true else {
            throw ValidationError("--append: not UTF-8; give QEMU's command line after '--'")
        }
        processorCount = options.vcpus
        processor = try Self.processor(options)
        features = try options.guestFeatures.map { (text) throws(ValidationError) in
            GuestFeatures(rawValue: try Self.number(text, of: "--guest-features"))
        }
        kernel = options.kernel.map {
            Kernel(file: $0, initrd: options.initrd, commandLine: options.append)
        }
        platform = try options.vmm.map { (name) throws(ValidationError) in
            guard let platform = Platform(rawValue: name) else {
                let known = Platform.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--vmm: expected one of \(known), found \(quoted(name))")
            }
            return platform
        }
        firmware = try options.ovmfHash.map { (text) throws(ValidationError) in
            let written = try WrittenDigest(text, of: "--ovmf-hash").bytes(for: .sha384)
            guard let digest = written.first, written.count == 1 else {
                throw ValidationError("--ovmf-hash: expected one digest of 48 bytes (SHA-384)")
            }
            return Planning.Digest(.sha384, bytes: digest.bytes)
        }
    }

    private static func processor(
        _ options: GuestOptions
    ) throws(ValidationError) -> Processor? {
        let parts = [options.cpuFamily, options.cpuModel, options.cpuStepping].compactMap(\.self)
        let ways = [options.cpu != nil, options.cpuSig != nil, !parts.isEmpty]
        guard ways.count(where: \.self) < 2 else {
            throw ValidationError(
                "--cpu, --cpu-sig and --cpu-family are three ways to say the same; give one"
            )
        }
        if let text = options.cpuSig {
            let number = try number(text, of: "--cpu-sig")
            guard let value = UInt32(exactly: number) else {
                throw ValidationError("--cpu-sig: more than 32 bits: \(quoted(text))")
            }
            return .signature(CPUSignature(rawValue: value))
        }
        guard !parts.isEmpty else { return options.cpu.map(Processor.model) }
        guard parts.count == 3 else {
            throw ValidationError("--cpu-family, --cpu-model and --cpu-stepping are given together")
        }
        guard
            let signature = CPUSignature(family: parts[0], model: parts[1], stepping: parts[2])
        else {
            throw ValidationError(
                "--cpu-family, --cpu-model, --cpu-stepping: expected at most 270, 255 and 15"
            )
        }
        return .signature(signature)
    }

    var isEmpty: Bool { given.isEmpty }

    /// The options that were given, by the part that they are about.
    private var given: [(option: String, part: Part)] {
        let all: [(String, Part, isGiven: Bool)] = [
            ("--vcpus", .processors, processorCount != nil),
            ("--cpu, --cpu-sig and --cpu-family", .model, processor != nil),
            ("--guest-features", .processors, features != nil),
            ("--kernel", .kernel, kernel != nil),
            ("--vmm", .processors, platform != nil),
            ("--ovmf-hash", .firmware, firmware != nil),
        ]
        return all.filter(\.isGiven).map { (option: $0.0, part: $0.1) }
    }

    private enum Part {
        case processors
        case model
        case kernel
        case firmware
    }

    /// - Throws: if an option was given that the digest does not depend on.
    func requireCounting(for kind: GuestKind) throws(ValidationError) {
        let counting: Set<Part> =
            switch kind {
            case .normal, .tdx: []
            case .sev: [.kernel]
            case .sevES: [.kernel, .processors, .model]
            case .sevSNP: [.kernel, .processors, .model, .firmware]
            }
        if let other = given.first(where: { !counting.contains($0.part) }) {
            throw ValidationError(
                "\(other.option): the digest of \(kind.rawValue) does not depend on it"
            )
        }
        guard platform == nil || platform == .qemu || processor == nil else {
            throw ValidationError(
                "--cpu, --cpu-sig and --cpu-family: with --vmm \(platform?.rawValue ?? "") the digest does not depend on it"
            )
        }
    }

    /// Whether the digest has variants that are not decided.
    func hasVariants(_ kind: GuestKind) -> Bool {
        switch kind {
        case .normal, .sev, .sevSNP: false
        case .sevES: platform == nil || platform == .qemu
        case .tdx: true
        }
    }

    func measured(_ kind: GuestKind) throws(LaunchFailure) -> MeasuredGuest {
        switch kind {
        case .normal: throw LaunchFailure(MeasurementGap.notConfidential)
        case .sev: .sev(try hashes())
        case .sevES: .sevES(try processors(), try hashes())
        case .sevSNP: .sevSNP(try processors(), try hashes(), firmware: firmware)
        case .tdx: .tdx
        }
    }

    private static func number(
        _ text: String,
        of option: String,
    ) throws(ValidationError) -> UInt64 {
        guard let number = QEMUValue.number(ByteString(text)) else {
            throw ValidationError("\(option): not a number: \(quoted(text))")
        }
        return number
    }

    private func processors() throws(LaunchFailure) -> Processors {
        guard let processorCount else {
            throw LaunchFailure(MeasurementGap.optionMissing("--vcpus"))
        }
        let vmm: VMM =
            switch platform {
            case nil, .qemu: .qemu(try signature())
            case .ec2: .ec2
            case .gce: .gce
            }
        return try failing { () throws(MeasurementRefusal) in
            try Processors(count: processorCount, vmm: vmm, features: features)
        }
    }

    private func signature() throws(LaunchFailure) -> CPUSignature {
        switch processor {
        case nil: throw LaunchFailure(MeasurementGap.optionMissing("--cpu or --cpu-sig"))
        case .signature(let signature): return signature
        case .model(let model):
            let known = try failing { () throws(MeasurementGap) in
                try MeasuredCommandLine.model(ByteString(model))
            }
            switch known {
            case .known(let signature): return signature
            case .host: return try MeasuredGuest.hostSignature()
            }
        }
    }

    private func hashes() throws(LaunchFailure) -> KernelHashes? {
        guard let kernel else { return nil }
        return try KernelHashes.reading(
            kernel: FilePath(kernel.file),
            initrd: kernel.initrd.map { FilePath($0) },
            commandLine: kernel.commandLine.map { ByteString($0) },
        )
    }
}

/// The options that describe a guest.
struct GuestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("CPUs at the start, for SEV-ES and SEV-SNP.", valueName: "n"))
    var vcpus: Int?

    @Option(
        help: ArgumentHelp("QEMU's CPU model, as in -cpu; host: this host's.", valueName: "model"),
        completion: .processorModel,
    )
    var cpu: String?

    @Option(
        help: ArgumentHelp("CPUID leaf 1, EAX, in place of a model: 0xa00f11.", valueName: "number")
    )
    var cpuSig: String?

    @Option(help: ArgumentHelp("The CPU's family, in place of a model: 25.", valueName: "n"))
    var cpuFamily: Int?

    @Option(help: ArgumentHelp("Its model number, with --cpu-family: 1.", valueName: "n"))
    var cpuModel: Int?

    @Option(help: ArgumentHelp("Its stepping, with --cpu-family: 1.", valueName: "n"))
    var cpuStepping: Int?

    @Option(
        help: ArgumentHelp(
            "SEV_FEATURES, if the host's kernel sets unusual ones: 0x21.",
            valueName: "number",
        )
    )
    var guestFeatures: String?

    @Option(
        help: ArgumentHelp(
            "Who starts the guest: qemu (the default), ec2, gce.",
            valueName: "name",
        ),
        completion: .list(GuestDescription.Platform.allCases.map(\.rawValue)),
    )
    var vmm: String?

    @Option(
        help: ArgumentHelp(
            "The digest of the firmware alone, as --firmware-only prints it, for SEV-SNP.",
            valueName: "digest",
        )
    )
    var ovmfHash: String?

    @Option(
        help: ArgumentHelp("The file of -kernel, with kernel-hashes=on.", valueName: "file"),
        completion: .file(),
    )
    var kernel: String?

    @Option(
        help: ArgumentHelp("The file of -initrd.", valueName: "file"),
        completion: .file(),
    )
    var initrd: String?

    @Option(help: ArgumentHelp("The text of -append.", valueName: "text"))
    var append: String?

    func validate() throws { _ = try description() }

    func description() throws(ValidationError) -> GuestDescription { try GuestDescription(self) }
}

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

    private let processorCount: Int?
    private let processor: Processor?
    private let features: GuestFeatures?
    private let kernel: Kernel?

    /// - Parameters:
    ///   - signature: a number as QEMU reads it, of 32 bits.
    ///   - features: SEV_FEATURES, a number as QEMU reads it.
    init(
        processorCount: Int? = nil,
        model: String? = nil,
        signature: String? = nil,
        features: String? = nil,
        kernel: String? = nil,
        initrd: String? = nil,
        append: String? = nil,
    ) throws(ValidationError) {
        guard kernel != nil || (initrd == nil && append == nil) else {
            throw ValidationError("--initrd and --append are measured only with --kernel")
        }
        guard model == nil || signature == nil else {
            throw ValidationError("--cpu and --cpu-sig are two ways to say the same; give one")
        }
        // What swift-argument-parser puts in the place of bytes that are not text.
        guard append?.contains("\u{FFFD}") != true else {
            throw ValidationError("--append: not UTF-8; give QEMU's command line after '--'")
        }
        self.processorCount = processorCount
        if let signature {
            let number = try Self.number(signature, of: "--cpu-sig")
            guard let value = UInt32(exactly: number) else {
                throw ValidationError("--cpu-sig: more than 32 bits: \(quoted(signature))")
            }
            processor = .signature(CPUSignature(rawValue: value))
        } else {
            processor = model.map(Processor.model)
        }
        self.features = try features.map { (text) throws(ValidationError) in
            GuestFeatures(rawValue: try Self.number(text, of: "--guest-features"))
        }
        self.kernel = kernel.map { Kernel(file: $0, initrd: initrd, commandLine: append) }
    }

    var isEmpty: Bool {
        processorCount == nil && processor == nil && features == nil && kernel == nil
    }

    func measured(_ kind: GuestKind) throws(LaunchFailure) -> MeasuredGuest {
        switch kind {
        case .normal: throw LaunchFailure(MeasurementGap.notConfidential)
        case .sev: .sev(try hashes())
        case .sevES: .sevES(try processors(), try hashes())
        case .sevSNP: .sevSNP(try processors(), try hashes())
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
        let signature = try signature()
        return try failing { () throws(MeasurementRefusal) in
            try Processors(count: processorCount, vmm: .qemu(signature), features: features)
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
        help: ArgumentHelp("QEMU's CPU model, as in -cpu; host: this host's.", valueName: "model")
    )
    var cpu: String?

    @Option(
        help: ArgumentHelp("CPUID leaf 1, EAX, in place of a model: 0xa00f11.", valueName: "number")
    )
    var cpuSig: String?

    @Option(
        help: ArgumentHelp(
            "SEV_FEATURES, if the host's kernel sets unusual ones: 0x21.",
            valueName: "number",
        )
    )
    var guestFeatures: String?

    @Option(help: ArgumentHelp("The file of -kernel, with kernel-hashes=on.", valueName: "file"))
    var kernel: String?

    @Option(help: ArgumentHelp("The file of -initrd.", valueName: "file"))
    var initrd: String?

    @Option(help: ArgumentHelp("The text of -append.", valueName: "text"))
    var append: String?

    func validate() throws { _ = try description() }

    func description() throws(ValidationError) -> GuestDescription {
        try GuestDescription(
            processorCount: vcpus,
            model: cpu,
            signature: cpuSig,
            features: guestFeatures,
            kernel: kernel,
            initrd: initrd,
            append: append,
        )
    }
}

import ArgumentParser
import Host
import Planning
import SystemPackage

/// What a launch digest depends on beside the image.
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
            "SEV_FEATURES, where the host's kernel sets others than usual: 0x21.",
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

    var isEmpty: Bool {
        vcpus == nil && cpu == nil && cpuSig == nil && guestFeatures == nil && kernel == nil
            && initrd == nil && append == nil
    }

    func validate() throws {
        guard kernel != nil || (initrd == nil && append == nil) else {
            throw ValidationError("--initrd and --append are measured only with --kernel")
        }
        guard cpu == nil || cpuSig == nil else {
            throw ValidationError("--cpu and --cpu-sig are two ways to say the same; give one")
        }
        for (name, text) in [("--cpu-sig", cpuSig), ("--guest-features", guestFeatures)] {
            guard let text, QEMUValue.number(ByteString(text)) == nil else { continue }
            throw ValidationError("\(name): not a number: \(quoted(text))")
        }
        if let cpuSig, let number = QEMUValue.number(ByteString(cpuSig)), number > UInt32.max {
            throw ValidationError("--cpu-sig: more than 32 bits: \(quoted(cpuSig))")
        }
    }

    func measured(_ kind: GuestKind) throws(MeasurementGap) -> MeasuredGuest {
        switch kind {
        case .normal: throw .notConfidential
        case .sev: .sev(try hashes())
        case .sevES: .sevES(try processors(), try hashes())
        case .sevSNP: .sevSNP(try processors(), try hashes())
        case .tdx: .tdx
        }
    }

    private func processors() throws(MeasurementGap) -> Processors {
        guard let vcpus else { throw .optionMissing("--vcpus") }
        let features = guestFeatures.flatMap { QEMUValue.number(ByteString($0)) }
        let signature = try signature()
        do throws(MeasurementRefusal) {
            return try Processors(
                count: vcpus,
                signature: signature,
                features: features.map(GuestFeatures.init(rawValue:)),
            )
        } catch {
            throw .refused(error)
        }
    }

    private func signature() throws(MeasurementGap) -> CPUSignature {
        if let cpuSig, let number = QEMUValue.number(ByteString(cpuSig)) {
            return CPUSignature(rawValue: UInt32(truncatingIfNeeded: number))
        }
        guard let cpu else { throw .optionMissing("--cpu or --cpu-sig") }
        switch try MeasuredCommandLine.model(ByteString(cpu)) {
        case .known(let signature): return signature
        case .host: return try MeasuredGuest.hostSignature()
        }
    }

    private func hashes() throws(MeasurementGap) -> KernelHashes? {
        guard let kernel else { return nil }
        return try KernelHashes.reading(
            kernel: FilePath(kernel),
            initrd: initrd.map { FilePath($0) },
            commandLine: append.map { ByteString($0) },
        )
    }
}

/// The parts of QEMU's command line that a launch digest depends on.
package struct MeasuredCommandLine: Hashable, Sendable {
    /// The files whose hashes are put into the guest's memory, and the text of `-append`.
    package struct Kernel: Hashable, Sendable {
        package let kernel: ByteString
        package let initrd: ByteString?
        package let commandLine: ByteString?
    }

    package let guest: GuestKind
    package let processorCount: Int
    package let model: Model
    /// `nil` if `kernel-hashes` is off or there is no kernel.
    package let kernel: Kernel?
    /// The variant of SEV-ES that the command line asks for; `nil` if it leaves that to QEMU.
    package let variant: ExpectedDigest.Variant?

    /// - Parameter commandLine: QEMU's own, with what its files of settings say.
    package init(_ commandLine: QEMUCommandLine, guest: GuestKind) throws(MeasurementGap) {
        guard guest.isConfidential else { throw .notConfidential }
        self.guest = guest
        try Self.requireFilesRead(commandLine)
        let object = try Self.object(in: commandLine)
        kernel = try Self.kernel(in: commandLine, for: object)
        variant = guest == .sevES ? Self.variant(of: object) : nil
        guard guest == .sevES || guest == .sevSNP else {
            processorCount = 1
            model = .known(CPUSignature(rawValue: 0))
            return
        }
        try Self.refuseOtherProcessors(in: commandLine)
        guard let count = ProcessorTopology.processorCount(in: commandLine) else {
            throw .processorCount
        }
        processorCount = count
        model = try Self.model(
            commandLine.vector.last("cpu")?.value ?? "qemu64",
            on: MachineOptions(commandLine)["type"].map(MachineType.init),
        )
    }

    /// CPUs besides those of `-smp` have save areas too, and properties may be set elsewhere.
    private static func refuseOtherProcessors(
        in commandLine: QEMUCommandLine
    ) throws(MeasurementGap) {
        for option in commandLine.all("device")
        where option["driver"]?.hasSuffix("-x86_64-cpu") == true {
            throw .processorDevice(option: commandLine.quote(option, at: "driver"))
        }
        for option in commandLine.all("global") {
            guard let driver = option["driver"], let property = option["property"] else { continue }
            if driver == "cpu" || driver.hasSuffix("-cpu"),
                ["family", "model", "stepping"].contains(property)
            {
                throw .processorDevice(option: commandLine.quote(option, at: "property"))
            }
        }
    }

    private static func requireFilesRead(
        _ commandLine: QEMUCommandLine
    ) throws(MeasurementGap) {
        for option in commandLine.all("readconfig") {
            guard let file = option["value"].flatMap({ commandLine.files.included[$0] }),
                file.settings != nil
            else { throw .configurationFile(option: commandLine.quote(option)) }
        }
    }

    private static func object(
        in commandLine: QEMUCommandLine
    ) throws(MeasurementGap) -> ObjectOption? {
        do {
            let machine = MachineOptions(commandLine)
            return try ObjectOption.confidentialGuest(in: commandLine, machine: machine)
        } catch {
            throw .notConfidential
        }
    }

    /// QEMU, `qapi/qom.json`: `legacy-vm-type` is on, off, or auto, which is up to its version.
    private static func variant(of object: ObjectOption?) -> ExpectedDigest.Variant? {
        object?["legacy-vm-type"].flatMap(QEMUValue.truth).map { $0 ? .legacy : .init2 }
    }

    private static func kernel(
        in commandLine: QEMUCommandLine,
        for object: ObjectOption?,
    ) throws(MeasurementGap) -> Kernel? {
        let vector = commandLine.vector
        let machine = MachineOptions(commandLine)
        guard object?["kernel-hashes"].flatMap(QEMUValue.truth) == true,
            let kernel = last("kernel", in: vector, machine)
        else { return nil }
        // A device tree is appended to the kernel before that is hashed (hw/i386/x86-common.c).
        for name in ["shim", "dtb"] {
            let quote =
                vector.all(name).first.map { vector.quote($0) }
                ?? machine.last(ByteString(name))?.quote
            if let quote { throw .appended(option: quote) }
        }
        return Kernel(
            kernel: kernel,
            initrd: last("initrd", in: vector, machine),
            commandLine: last("append", in: vector, machine),
        )
    }

    /// `-kernel FILE` is short for `-machine kernel=FILE`.
    private static func last(
        _ name: String,
        in vector: ArgumentVector,
        _ machine: MachineOptions,
    ) -> ByteString? {
        let option = vector.all(name).last
        let setting = machine.last(ByteString(name))
        guard let option else { return setting?.value }
        guard let setting, let other = setting.stated.option, other.index > option.index else {
            return option.value
        }
        return setting.value
    }
}

extension MeasuredCommandLine {
    /// What QEMU's `sev-snp-guest` has if nobody says otherwise.
    package static let defaultPolicy: UInt64 = 0x30000

    /// The policy of the SEV-SNP guest, which its ID block repeats.
    package static func policy(of commandLine: QEMUCommandLine) throws(MeasurementGap) -> UInt64 {
        guard let object = try object(in: commandLine), object.type == "sev-snp-guest" else {
            throw .notSNP
        }
        guard let text = object.policyText else { return defaultPolicy }
        guard let policy = QEMUValue.number(text) else { throw .policy(text) }
        return policy
    }
}

/// Why no launch digest can be computed for a command line.
package enum MeasurementGap: Failure {
    case notConfidential
    /// QEMU takes what its build has as a default.
    case noFirmware
    /// A digest of this kind depends on it.
    case optionMissing(String)
    case configurationFile(option: String)
    case processorCount
    case processorModel(ByteString)
    case processorDevice(option: String)
    /// The host's processor cannot start such guests, so another one will.
    case hostProcessor(vendor: String)
    /// What goes into the guest with the kernel, and perhaps into its hash.
    case appended(option: String)
    /// What QEMU reads its firmware from is not the file that the command line names first.
    case otherFirmware(option: String)
    /// The guest sees something else of the file than its bytes.
    case flashFormat(String)
    /// Only such a guest has an ID block.
    case notSNP
    case policy(ByteString)
    /// A file whose hash is measured, or that says what the host's processor is.
    case fileUnreadable(cause: LaunchFailure)

    package var message: String {
        switch self {
        case .notConfidential: "a normal guest is not measured"
        case .noFirmware: "the command line names no firmware"
        case .optionMissing(let option): "\(option) is missing, which the digest depends on"
        case .configurationFile(let option): "\(option) may change what is measured"
        case .processorCount: "option -smp: the number of CPUs cannot be read"
        case .processorModel(let model):
            "CPU model \(quoted(model)): its signature is not known"
        case .processorDevice(let option): "\(option) changes the CPUs that are measured"
        case .hostProcessor(let vendor):
            "the guest will not start on this host's CPU (\(vendor))"
        case .appended(let option): "\(option): what is measured with it is not known"
        case .otherFirmware(let option): "\(option): which firmware is measured is not known"
        case .flashFormat(let file):
            "flash file \(quoted(file)): what the guest sees of it is not known"
                + " (expected format=raw, without offset and size)"
        case .notSNP: "only an SEV-SNP guest has an ID block"
        case .policy(let text): "policy: not a number: \(quoted(text))"
        case .fileUnreadable(let cause): cause.message
        }
    }

    package var hint: String? {
        switch self {
        case .processorModel(let model):
            Self.likelyModel(model).map { "did you mean \(quoted($0))?" }
                ?? "'launcherctl measure --list-cpus' lists those that are known; or "
                + Self.nameTheImage
        case .hostProcessor: Self.nameTheImage
        case .notConfidential, .noFirmware, .optionMissing, .configurationFile, .processorCount,
            .processorDevice, .appended, .otherFirmware, .flashFormat, .notSNP, .policy,
            .fileUnreadable:
            nil
        }
    }

    private static let nameTheImage =
        "name the image, and the CPU's signature (CPUID leaf 1, EAX): 'launcherctl measure sev-snp"
        + " IMAGE --vcpus N --cpu-sig 0xa00f11'"

    private static func likelyModel(_ value: ByteString) -> String? {
        value.text?.split(separator: ",").first.flatMap {
            CPUSignature.likelyName(for: String($0))
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .fileUnreadable: .volumeMissing
        case .notConfidential, .noFirmware, .optionMissing, .configurationFile, .processorCount,
            .processorModel, .processorDevice, .hostProcessor, .appended, .otherFirmware,
            .flashFormat, .notSNP, .policy:
            .usage
        }
    }
}

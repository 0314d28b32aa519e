/// Why no launch digest can be foretold for a command line.
package enum MeasurementGap: Failure, Hashable {
    case notConfidential
    /// QEMU takes what its build has as a default.
    case noFirmware
    /// A digest of this kind depends on it.
    case optionMissing(String)
    case configurationFile(option: String)
    case processorCount
    case processorModel(ByteString)
    case processorDevice(option: String)
    /// The host's processor cannot start such guests, so it is not the one that will.
    case hostProcessor(vendor: String)
    case shim(option: String)
    /// A file whose hash is measured.
    case fileUnreadable(String)
    case refused(MeasurementRefusal)

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
            "this host's CPU (\(vendor)) is not the one that the guest will start on"
        case .shim(let option): "\(option): what is measured with a shim is not known"
        case .fileUnreadable(let text): text
        case .refused(let refusal): refusal.message
        }
    }

    package var hint: String? {
        switch self {
        case .processorModel, .hostProcessor:
            "give the CPU's signature (CPUID leaf 1, EAX), as in '--cpu-sig 0xa00f11'"
        case .refused(let refusal): refusal.hint
        case .notConfidential, .noFirmware, .optionMissing, .configurationFile, .processorCount,
            .processorDevice, .shim,
            .fileUnreadable:
            nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .refused(let refusal): refusal.exitStatus
        case .fileUnreadable: .volumeMissing
        default: .usage
        }
    }
}

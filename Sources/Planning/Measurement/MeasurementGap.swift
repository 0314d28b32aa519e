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
    /// What goes into the guest with the kernel, and perhaps into its hash.
    case appended(option: String)
    /// What QEMU reads its firmware from is not the file that the command line names first.
    case otherFirmware(option: String)
    /// The guest sees something else of the file than its bytes.
    case flashFormat(String)
    /// A file that is measured, or whose hash is.
    case fileUnreadable(String, hint: String? = nil, status: ExitStatus = .volumeMissing)
    case refused(MeasurementRefusal)
    /// No guest would start from it, and nothing would be measured.
    case unfit(image: String, ImageRefusal)

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
        case .appended(let option): "\(option): what is measured with it is not known"
        case .otherFirmware(let option): "\(option): which firmware is measured is not known"
        case .flashFormat(let file):
            "flash file \(quoted(file)): what the guest sees of it is not known"
                + " (expected format=raw, without offset and size)"
        case .fileUnreadable(let text, _, _): text
        case .refused(let refusal): refusal.message
        case .unfit(let image, let refusal): "\(image): \(refusal.message)"
        }
    }

    package var hint: String? {
        switch self {
        case .processorModel, .hostProcessor:
            "name the image, and the CPU's signature (CPUID leaf 1, EAX): 'launcherctl measure"
                + " sev-snp IMAGE --vcpus N --cpu-sig 0xa00f11'"
        case .refused(let refusal): refusal.hint
        case .unfit(_, let refusal): refusal.hint
        case .notConfidential, .noFirmware, .optionMissing, .configurationFile, .processorCount,
            .processorDevice, .appended, .otherFirmware, .flashFormat:
            nil
        case .fileUnreadable(_, let hint, _): hint
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .refused(let refusal): refusal.exitStatus
        case .unfit(_, let refusal): refusal.exitStatus
        case .fileUnreadable(_, _, let status): status
        default: .usage
        }
    }
}

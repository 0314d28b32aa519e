package import Planning

/// Why the launcher's filters are not known to be right.
package enum VerificationFailure: Failure {
    case differs(Difference)
    case libseccomp(LibseccompError)
    /// A program that the kernel would not take, or that this machine cannot run.
    case fault(FilterInterpreter.Fault, FilterLayer)

    package var message: String {
        switch self {
        case .differs(let difference): difference.message
        case .libseccomp(let error): error.message
        case .fault(let fault, let layer):
            switch fault {
            case .ranOffTheEnd: "filter '\(layer.rawValue)': a path has no answer at its end"
            case .unknownCode(let code):
                "filter '\(layer.rawValue)': an instruction that is not understood"
                    + " (\(hexadecimal(code)))"
            case .loadOutOfBounds(let offset):
                "filter '\(layer.rawValue)': looks where no call has anything (\(offset))"
            }
        }
    }

    package var hint: String? {
        switch self {
        case .differs(let difference): difference.hint
        case .libseccomp(let error): error.hint
        case .fault: "report it"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .differs, .fault: .software
        case .libseccomp(let error): error.exitStatus
        }
    }
}

/// The first call that is answered differently.
package struct Difference: Hashable, Sendable {
    package let layer: FilterLayer
    private let question: Question
    private let ours: UInt32
    /// libseccomp's answer; `nil` where it cannot state the call.
    private let theirs: UInt32?
    private let ruleset: UInt32

    init(layer: FilterLayer, question: Question, ours: UInt32, theirs: UInt32?, ruleset: UInt32) {
        self.layer = layer
        self.question = question
        self.ours = ours
        self.theirs = theirs
        self.ruleset = ruleset
    }

    package var message: String {
        let arguments = question.arguments.enumerated()
            .filter { $0.element != 0 }
            .map { "a\($0.offset)=\(hexadecimal($0.element))" }
        let reference =
            theirs.map { "libseccomp \(LibseccompFilter.version) \(name(of: $0)), " } ?? ""
        return "\(call)\(arguments.isEmpty ? "" : " with \(arguments.joined(separator: " "))"): "
            + "the launcher's filter '\(layer.rawValue)' answers \(name(of: ours)), "
            + "\(reference)the ruleset says \(name(of: ruleset))"
    }

    package var hint: String? {
        theirs != nil && ours == ruleset
            ? "the launcher's filter is as its ruleset says: report it, and to libseccomp too"
            : "do not rely on this VM's filter, and report it"
    }

    /// `socket (41)`, or what there is to say about one of another ABI.
    private var call: String {
        guard question.isNative else {
            let abi =
                switch question.architecture {
                case BoundarySamples.Architecture.x86_64: "x32"
                case BoundarySamples.Architecture.i386: "i386"
                default: "architecture \(hexadecimal(question.architecture))"
                }
            return "call number \(hexadecimal(question.number)) of \(abi)"
        }
        guard let call = Syscall(rawValue: question.number) else {
            return "call number \(Int32(bitPattern: question.number))"
        }
        return "\(call.name) (\(call.rawValue))"
    }

    private func name(of answer: UInt32) -> String {
        let known: [FilterAction] = [
            .allow, .log, .ask, .fail(.notImplemented), .fail(.notPermitted), .kill,
        ]
        return known.first { $0.returnValue == answer }?.summary ?? hexadecimal(answer)
    }
}

private func hexadecimal(_ number: some BinaryInteger) -> String {
    "0x" + String(number, radix: 16)
}

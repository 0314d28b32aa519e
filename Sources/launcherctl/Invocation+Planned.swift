import Host
import Planning

extension Invocation {
    /// The call that the launcher would see. swift-argument-parser hands words over as text, so
    /// the words behind `--` are taken from the process itself, bytes unharmed.
    static func planned(_ commandLine: [String]) throws(LaunchFailure) -> Invocation {
        let current = try LaunchFailure.invocation()
        var words = Array(current.arguments.suffix(commandLine.count))
        if !(words.first.map(namesProgram) ?? false) {
            words.insert("qemu-system-x86_64", at: 0)
        }
        return current.replacingArguments(with: words)
    }

    private static func namesProgram(_ word: ByteString) -> Bool {
        let name = word.lastPathComponent
        return !word.hasPrefix("-")
            && (name.hasSuffix("kvm") || name.hasPrefix("qemu-system-") || name == "qemu-launcher")
    }
}

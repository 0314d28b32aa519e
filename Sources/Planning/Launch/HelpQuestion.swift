/// A call that asks QEMU to print something instead of starting a VM.
enum HelpQuestion {
    /// Options whose value is a question where it is `help` or `?` and nothing else. Of options
    /// given more than once QEMU may look at the last one only, so that one has to be the question.
    ///
    /// QEMU ends with status 0 before it makes any machine (`qemu_init` and
    /// `qemu_process_help_options` in system/vl.c). It knows more forms. Those go through as any
    /// other command line does, and QEMU answers them as well.
    private static let options = [
        "accel", "chardev", "cpu", "device", "machine", "netdev", "object",
    ]

    /// Of these also `NAME,help`, which asks for the properties of that name. Both parts are simple
    /// words: in anything longer `help` may be a value.
    private static let optionsOfNames = ["device", "machine", "object"]

    static func isAsked(in vector: ArgumentVector) -> Bool {
        if vector.has("version") || vector.has("help") { return true }
        return options.contains { name in
            guard let value = vector.last(name)?.value else { return false }
            return isHelp(value) || optionsOfNames.contains(name) && isHelpOfName(value)
        }
    }

    private static func isHelp(_ text: ByteString) -> Bool { text == "help" || text == "?" }

    private static func isHelpOfName(_ value: ByteString) -> Bool {
        let words = value.bytes.split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false,
        )
        return words.count == 2 && isHelp(ByteString(words[1])) && !words[0].isEmpty
            && words[0].allSatisfy(isOfName)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "-._".utf8.contains(byte)
    }
}

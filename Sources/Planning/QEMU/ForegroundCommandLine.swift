/// A command line changed so that a person can watch: QEMU stays in the foreground, with the first
/// serial port on its terminal.
package struct ForegroundCommandLine: Hashable, Sendable {
    package let words: [ByteString]

    /// - Parameter withSerial: whether to add a serial port on standard input and output, where
    ///   the command line does not use them already.
    package init(_ arguments: [ByteString], withSerial: Bool) {
        let vector = ArgumentVector(arguments)
        var edits = ArgumentEdits()
        for option in vector.all("daemonize") { edits.remove(option) }
        var words = edits.applied(to: vector)
        let ownsTerminal =
            vector.has("serial") || vector.has("nographic") || vector.has("curses")
            || vector.all("chardev").contains { Self.isTerminal($0.value) }
            || ["monitor", "qmp"].contains { name in
                vector.all(name).contains { $0.value?.hasSuffix("stdio") ?? false }
            }
        // mux: control-A reaches QEMU's monitor, and ends it.
        if withSerial, !ownsTerminal { words += ["-serial", "mon:stdio"] }
        self.words = words
    }

    private static func isTerminal(_ value: ByteString?) -> Bool {
        guard let value else { return false }
        return KeyValueList(value, impliedKey: "backend")["backend"] == "stdio"
    }
}

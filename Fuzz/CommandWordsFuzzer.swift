import Planning

/// Command lines as text: `qm showcmd`, the args of a VM, and files that QEMU reads options from.
func fuzzCommandWords(_ bytes: [UInt8]) {
    let text = ByteString(bytes)
    if let words = try? QuotedCommandLine.words(text) { _ = ProxmoxCommand(words) }
    _ = try? PerlShellWords.split(text)
    let sections = QEMUConfigurationFile(bytes, path: "qemu.conf").sections
    for setting in sections.flatMap(\.settings) {
        require(setting.line > 0, "a setting on no line")
    }
}

/// What is left where only the end of a process is known: that the signal of a filter ended it.
package enum SignalDeath {
    /// SIGSYS, and what a shell and Python make of it.
    private static let numbers: Set<String> = ["31", "159", "-31"]
    private static let nouns: Set<String> = ["signal", "status", "exit", "code", "rc"]

    /// Whether a line of text says that SIGSYS ended a process, as shells (`Bad system call`),
    /// systemd (`status=31/SYS`), libvirt and Proxmox (`exit code 159`, `signal 31`) say it.
    package static func isReported(by line: ByteString) -> Bool {
        let words = String(decoding: line.bytes, as: UTF8.self).lowercased()
            .split { !$0.isASCII || !($0.isLetter || $0.isNumber || $0 == "-") }
            .map(String.init)
        let isNamed =
            words.contains("sigsys")
            || words.contains { $0 == "31" } && words.contains("sys")
        let isPhrase = zip(words, zip(words.dropFirst(), words.dropFirst(2)))
            .contains { $0 == "bad" && $1.0 == "system" && $1.1 == "call" }
        let isNumbered = words.indices.contains { index in
            numbers.contains(words[index]) && index > words.startIndex
                && nouns.contains(words[index - 1])
        }
        return isPhrase || isNumbered || isNamed || words == ["159"] || words == ["31"]
    }

    package static var message: String {
        "SIGSYS (signal 31, shell status 159): a filter ended the process"
    }

    /// What the filter ends a process for, and where the call's name is to be found.
    package static var advice: String {
        let names = SyscallGroup.forbidden.rules.filter { $0.verdict == .kill }
            .map(\.syscall.name).joined(separator: ", ")
        return """
            Ours does that for system calls that no QEMU makes, and for calls of the i386 and x32 \
            ABIs; QEMU's own -sandbox does it for others. The kernel wrote down which call it was:
              journalctl -k -g type=1326 | launcherctl explain -
            Calls that end the process: \(names)
            """
    }
}

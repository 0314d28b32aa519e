/// A program that QEMU starts because of an option, as far as the option names it.
package struct HelperProgram: Hashable, Sendable {
    /// The option, as messages quote it.
    package let option: String
    /// A path, or a name that a shell looks up; of several, those that exist.
    package let candidates: [ByteString]
}

extension QEMUCommandLine {
    /// Scripts and helpers of networks, and the first word of an `exec:` channel's command.
    package var helpers: [HelperProgram] {
        options.flatMap { option in
            option.startedPrograms.map {
                HelperProgram(option: quote(option), candidates: $0)
            }
        }
    }
}

extension StatedOption {
    /// Where builds of QEMU look for the bridge helper (`CONFIG_QEMU_HELPERDIR`): Debian's and
    /// Ubuntu's, QEMU's own default, Proxmox's.
    private static let bridgeHelpers: [ByteString] = [
        "/usr/lib/qemu/qemu-bridge-helper", "/usr/libexec/qemu-bridge-helper",
        "/usr/lib/kvm/qemu-bridge-helper", "/usr/local/libexec/qemu-bridge-helper",
    ]

    fileprivate var startedPrograms: [[ByteString]] {
        switch name {
        case "netdev", "nic", "net": networkPrograms
        case "incoming": channelPrograms
        default: []
        }
    }

    private var networkPrograms: [[ByteString]] {
        switch self["type"] {
        case "bridge": return [helper ?? Self.bridgeHelpers]
        case "tap":
            if let helper { return [helper] }
            return tapScripts.filter { !$0.isEmpty }.map { [$0] }
        default: return []
        }
    }

    /// `net_bridge_run_helper` of QEMU's net/tap.c hands a helper with blanks in it to a shell.
    private var helper: [ByteString]? { self["helper"].map { [$0.firstWord] } }

    /// `-incoming exec:COMMAND`, which a shell runs, and the same as a channel of JSON.
    private var channelPrograms: [[ByteString]] {
        let command: ByteString?
        if let channel = self["channel-type"], channel.hasPrefix("exec:") {
            command = ByteString(channel.bytes.dropFirst("exec:".utf8.count))
        } else if anyValue(of: "transport", { $0 == "exec" }) {
            command = properties.first { $0.key.hasSuffix("args.0") }?.value
        } else {
            command = nil
        }
        return command.map { [[$0.firstWord]] } ?? []
    }
}

extension ByteString {
    fileprivate var firstWord: ByteString {
        let text = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return ByteString(text.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") })
    }
}

/// That a program which QEMU starts will lack the rights it was installed with.
///
/// If the launcher is not root, a filter comes with no_new_privs (seccomp(2)), in
/// ``SeccompMode/log`` as well, and under it execve(2) gives nothing for the set-user-ID bit, the
/// set-group-ID bit and file capabilities. The program still starts, and fails later with its own
/// error.
package struct HelperWarning: Hashable, Sendable {
    package let option: String
    package let program: ByteString
    package let origin: RightsOrigin

    /// How a program gets rights that its caller lacks.
    package enum RightsOrigin: String, Sendable, CaseIterable {
        case setUserID = "is set-user-ID"
        case setGroupID = "is set-group-ID"
        case fileCapabilities = "has file capabilities"
    }

    package init(option: String, program: ByteString, origin: RightsOrigin) {
        self.option = option
        self.program = program
        self.origin = origin
    }

    package var message: String {
        "option \(option): \(quoted(program)) \(origin.rawValue), which gives it no rights under the filter of"
            + " a launcher that is not root (no_new_privs), not even with 'seccomp log'"
    }

    package var hint: String {
        "open the tap in advance and pass fd=, or start the VM as root, or set 'seccomp off' for"
            + " this VM"
    }
}

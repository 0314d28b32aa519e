/// Which part of the environment QEMU gets if root launches custom firmware. The firmware is
/// verified, so the program that maps it has to be the installed one.
///
/// Many environment variables make QEMU's libraries load code. Nobody knows all of them, and each
/// release adds more: the dynamic loader's, but also drivers of graphics, plugins of sound,
/// configurations that name shared objects. So the known harmless ones are kept, and all others are
/// removed.
package struct KeptEnvironment: Equatable, Sendable {
    /// Word for word, in the caller's order.
    package private(set) var variables: [ByteString] = []
    /// The names of the others, each once.
    package private(set) var removed: [ByteString] = []

    /// - Parameters:
    ///   - names: what the configuration also keeps, whatever its value.
    ///   - directories: those of ``directories(in:)`` that nobody but root and the launcher's user
    ///     can put a file into.
    package init(
        _ environment: [ByteString],
        keeping names: [ByteString],
        ownDirectories directories: [ByteString],
    ) {
        var seen: Set<ByteString> = []
        for variable in environment {
            let (name, value) = Self.parts(of: variable)
            let isKept =
                names.contains { $0.bytes[...] == name }
                || value.map {
                    KeptVariable.row(name)?.form.allows($0, own: directories) ?? false
                } ?? false
            if isKept {
                variables.append(variable)
            } else {
                let name = ByteString(Array(name))
                if seen.insert(name).inserted { removed.append(name) }
            }
        }
    }

    /// The directories that decide whether a variable is kept; they have to be looked at.
    package static func directories(in environment: [ByteString]) -> [ByteString] {
        environment.flatMap { variable -> [ByteString] in
            let (name, value) = parts(of: variable)
            guard let value else { return [] }
            return switch KeptVariable.row(name)?.form {
            case .ownDirectory: [ByteString(Array(value))]
            case .searchPath:
                value.split(separator: UInt8(ascii: ":")).map { ByteString(Array($0)) }
            default: []
            }
        }
    }

    /// - Returns: the value is `nil` if there is no `=`.
    private static func parts(
        of variable: ByteString
    ) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>?) {
        let bytes = variable.bytes
        guard let end = bytes.firstIndex(of: UInt8(ascii: "=")) else { return (bytes[...], nil) }
        return (bytes[..<end], bytes[(end + 1)...])
    }
}

extension LaunchRequest {
    /// The directories to look at before it can be said which variables QEMU gets.
    package var directoriesInEnvironment: [ByteString] {
        invocation.isRoot ? KeptEnvironment.directories(in: invocation.environment) : []
    }
}

/// A row of the table of environment variables that QEMU gets: names, what a value may be, and why.
package struct KeptVariable: Sendable {
    package let names: [StaticString]
    package let form: Form
    package let reason: String

    init(_ names: StaticString..., as form: Form = .anything, because reason: String) {
        self.names = names
        self.form = form
        self.reason = reason
    }

    /// What a value may be; with another one the variable is removed.
    package enum Form: Sendable {
        case anything
        /// Without a slash. glibc reads a locale that is called by a path from there, and ncurses
        /// a terminal.
        case word
        /// A rule, or a zone of the system's.
        case timeZone
        /// Own directories between colons; an empty one means the working directory.
        case searchPath
        /// A directory that nobody but root and the launcher's user can put a file into.
        case ownDirectory
        /// Addresses of D-Bus at sockets: others start a program.
        case busAtSocket
    }
}

extension KeptVariable.Form {
    /// - Parameter own: values that are found to be own directories.
    func allows(_ value: ArraySlice<UInt8>, own: [ByteString]) -> Bool {
        switch self {
        case .anything: true
        case .word: !value.contains(UInt8(ascii: "/"))
        case .timeZone: isTimeZone(value)
        case .searchPath:
            value.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                .allSatisfy { directory in own.contains { $0.bytes[...] == directory } }
        case .ownDirectory: own.contains { $0.bytes[...] == value }
        case .busAtSocket:
            value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
                .allSatisfy { $0.starts(with: "unix:".utf8) }
        }
    }
}

/// `CET-1CEST`, `Europe/Vienna`, `:/etc/localtime`.
private func isTimeZone(_ value: ArraySlice<UInt8>) -> Bool {
    let name = value.first == UInt8(ascii: ":") ? value.dropFirst() : value
    let leadsUp = name.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
    guard !leadsUp, name.first == UInt8(ascii: "/") else { return !leadsUp }
    return name.elementsEqual("/etc/localtime".utf8)
        || name.starts(with: "/usr/share/zoneinfo/".utf8)
}

extension KeptVariable {
    /// Variables whose effect on QEMU, its libraries and the programs that it
    /// starts: they load no code, and no settings that somebody else may write to.
    package static let table: [KeptVariable] = [
        // Language and time.
        .init(
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_COLLATE",
            "LC_CTYPE",
            "LC_MESSAGES",
            "LC_MONETARY",
            "LC_NUMERIC",
            "LC_TIME",
            as: .word,
            because: "the language of messages and windows",
        ),
        .init("TZ", as: .timeZone, because: "the guest's clock with -rtc base=localtime"),

        // The terminal.
        .init("TERM", as: .word, because: "-display curses draws for this terminal"),
        .init("COLUMNS", "LINES", because: "the size of the terminal"),
        .init("COLORTERM", "NO_COLOR", because: "whether there are colours"),

        // The display.
        .init("DISPLAY", "WAYLAND_DISPLAY", because: "windows go to this server"),
        .init("XAUTHORITY", because: "the file with the X server's password"),
        .init(
            "GDK_BACKEND",
            "SDL_VIDEODRIVER",
            "XDG_SESSION_TYPE",
            as: .word,
            because: "which of the built-in kinds of windows",
        ),
        .init("GDK_DPI_SCALE", "GDK_SCALE", "XCURSOR_SIZE", because: "the size of what is drawn"),

        // Sound.
        .init("PULSE_SERVER", because: "sound goes to this server"),
        .init("PULSE_COOKIE", because: "the file with the sound server's password"),
        .init("PULSE_SINK", "PULSE_SOURCE", because: "a device of the sound server"),
        .init("PULSE_LATENCY_MSEC", "PIPEWIRE_LATENCY", because: "how much sound is buffered"),
        .init("PIPEWIRE_REMOTE", "PIPEWIRE_RUNTIME_DIR", because: "sound goes to this socket"),
        .init("JACK_DEFAULT_SERVER", as: .word, because: "sound goes to the server of this name"),
        .init("JACK_NO_START_SERVER", because: "keeps JACK from starting a server"),
        .init("SDL_AUDIODRIVER", as: .word, because: "which of the built-in kinds of sound"),
        .init("QEMU_AUDIO_DRV", as: .word, because: "the same, in QEMU before 8.2"),

        // Services of the session.
        .init("XDG_RUNTIME_DIR", because: "sockets of display and sound servers are in it"),
        .init(
            "DBUS_SESSION_BUS_ADDRESS",
            as: .busAtSocket,
            because: "-display dbus is on this bus",
        ),
        .init("SSH_AUTH_SOCK", because: "disks by SSH are opened with the keys of this agent"),

        // The user. From a home directory libraries load what its owner says: ALSA's .asoundrc names
        // shared objects, and so do files of Vulkan and GTK below these directories.
        .init(
            "HOME",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            as: .ownDirectory,
            because: "libraries look for their settings there",
        ),
        .init(
            "TMPDIR",
            "TEMP",
            "TEMPDIR",
            "TMP",
            as: .ownDirectory,
            because: "-snapshot writes there what the guest reads back",
        ),
        .init("LOGNAME", "USER", because: "a name for messages and for SSH"),
        .init("PATH", as: .searchPath, because: "scripts and exec: find their programs by it"),
        .init("PWD", because: "the working directory; used only if it is the same directory"),
        .init("SHELL", because: "no part of QEMU starts it"),

        // The service manager.
        .init("INVOCATION_ID", "SYSTEMD_EXEC_PID", because: "marks lines of the journal"),
        .init("JOURNAL_STREAM", because: "whether standard error is the journal"),
        .init("LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID", because: "sockets that were passed on"),
        .init("NOTIFY_SOCKET", because: "where a service says that it is ready"),
        .init("WATCHDOG_PID", "WATCHDOG_USEC", because: "how often a service has to answer"),

        // Proxmox.
        .init("PVE_MIGRATED_FROM", because: "pve-bridge finds the VM's configuration by it"),
        .init("LVM_SUPPRESS_FD_WARNINGS", because: "Proxmox sets it; tools of LVM alone read it"),

        // What an interactive shell has around it; QEMU and its libraries read none of it.
        .init("HOSTNAME", "MAIL", "OLDPWD", "SHLVL", "_", because: "left by a shell"),
        .init("SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", because: "left by SSH"),
        .init("SUDO_COMMAND", "SUDO_GID", "SUDO_UID", "SUDO_USER", because: "left by sudo"),
        .init(
            "XDG_SEAT",
            "XDG_SESSION_CLASS",
            "XDG_SESSION_ID",
            "XDG_VTNR",
            because: "left by the login",
        ),
    ]

    /// The row of the variable of that name.
    static func row(_ name: ArraySlice<UInt8>) -> KeptVariable? {
        table.first { row in
            row.names.contains { literal in
                literal.withUTF8Buffer { unsafe $0.count == name.count && name.elementsEqual($0) }
            }
        }
    }
}

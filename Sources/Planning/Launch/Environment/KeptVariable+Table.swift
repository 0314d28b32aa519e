extension KeptVariable {
    /// Variables of which it is known what they do to QEMU, its libraries and the programs that it
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
        .init("PWD", because: "the working directory; taken for it only where it is the same"),
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

extension PolicyOption {
    /// Whether QEMU starts another program because of this option.
    var startsProgram: Bool {
        switch name {
        case "netdev", "nic", "net": networkStartsProgram
        case "incoming": value?.hasPrefix("exec:") == true || self["transport"] == "exec"
        case "display": type == "spice-app"
        default: false
        }
    }

    private var networkStartsProgram: Bool {
        switch type {
        case "bridge", "passt":
            true
        case "tap":
            tapStartsProgram
        case "user":
            // The host's smbd, and a command for each connection the guest makes.
            self["smb"] != nil || anyValue(of: "guestfwd") { $0.contains("-cmd:") }
                || anyValue(of: "str") { $0.contains("-cmd:") }
        default:
            false
        }
    }

    /// QEMU runs /etc/qemu-ifup and /etc/qemu-ifdown where nothing else is said; a tap that was
    /// opened by somebody else has no scripts (net/tap.c).
    private var tapStartsProgram: Bool {
        if self["helper"] != nil { return true }
        if self["fd"] != nil || self["fds"] != nil { return false }
        return self["script"] != "no" || self["downscript"] != "no"
    }
}

extension GuestConfiguration {
    /// The command line of the VM as far as it decides about its ruleset, without asking Proxmox: that
    /// takes most of a second for each VM, and activates storages.
    ///
    /// The options are those of qemu-server's `config_to_command` that some group of system calls
    /// belongs to; `launcherctl policy --vmid` has the whole command line.
    ///
    /// - Parameter isIncoming: whether the VM arrives here by a migration.
    package func policyArguments(
        isIncoming: Bool = false
    ) throws(PerlShellWordsError) -> [ByteString] {
        var words: [ByteString] = [
            "/usr/bin/kvm", "-id", ByteString("\(vmid)"), "-daemonize", "-nodefaults",
        ]
        // Proxmox always says where the picture goes.
        words +=
            current["vga"]?.text.hasPrefix("none") == true
            ? ["-nographic"]
            : ["-vnc", ByteString("unix:/var/run/qemu-server/\(vmid).vnc,password=on")]
        if current["vga"]?.text.hasPrefix("virtio-gl") == true {
            words += ["-display", "egl-headless,gl=core", "-device", "virtio-vga-gl,id=vga"]
        }
        if let numa = current["numa"]?.text, numa != "0" {
            words += ["-numa", "node,nodeid=0,memdev=ram-node0"]
            let isPlaced = (0..<8).contains {
                current["numa\($0)"]?.text.contains("hostnodes") == true
            }
            if isPlaced {
                words += [
                    "-object",
                    "memory-backend-ram,id=ram-node0,size=1M,host-nodes=0,policy=bind",
                ]
            }
        }
        for index in 0..<32 where current["net\(index)"] != nil {
            let script = "/usr/libexec/qemu-server/pve-bridge"
            let tap = "type=tap,id=net\(index),script=\(script),downscript=\(script)down"
            words += ["-netdev", ByteString(tap)]
        }
        if isIncoming {
            words += ["-incoming", ByteString("unix:/run/qemu-server/\(vmid).migrate"), "-S"]
        }
        // Proxmox starts a template only to back it up, without these.
        if !current.isTemplate { words += try current.arguments() }
        return words
    }
}

extension ByteString {
    fileprivate func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { start in
            bytes[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }
}

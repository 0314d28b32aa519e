package import SystemPackage

extension GuestConfiguration.Settings {
    /// Whether the VM is in UEFI mode. Custom firmware can only replace other UEFI firmware.
    package var isUEFI: Bool { values["bios"]?.text == "ovmf" }

    /// The type of `machine`, which is `pc` unless it is set (qemu-server Machine.pm
    /// `default_machine_for_arch`).
    package var machineType: String {
        guard let text = values["machine"]?.text else { return "pc" }
        let type = firstWord(of: text, key: "type")
        return type.isEmpty ? "pc" : type
    }

    /// The program that Proxmox starts such a VM with, if it is not `/usr/bin/kvm`
    /// (qemu-server Helpers.pm `get_command_for_arch`).
    package var foreignProgram: FilePath? {
        guard let arch = values["arch"]?.text.text, arch != "x86_64" else { return nil }
        return FilePath("/usr/bin/qemu-system-\(arch)")
    }

    /// Proxmox leaves `args` and much else out of a template's command line.
    package var isTemplate: Bool {
        values["template"].map { ["1", "on", "yes", "true"].contains($0.text.text ?? "") } ?? false
    }

    /// The kind that the command line will have (qemu-server CPUConfig.pm `get_cvm_type`).
    package var guestKind: GuestKind {
        if let sev = values["amd-sev"] {
            switch firstWord(of: sev.text, key: "type") {
            case "es": return .sevES
            case "snp": return .sevSNP
            default: return .sev
            }
        }
        return values["intel-tdx"] == nil ? .normal : .tdx
    }

    /// The UUID of `smbios1`, which the command line has as `-smbios type=1,uuid=`.
    package var uuid: MachineUUID? {
        guard let text = values["smbios1"]?.text else { return nil }
        return MachineUUID(firstWord(of: text, key: "uuid"))
    }

    /// - Returns: `nil` if the VM has none.
    package func efiDisk() throws(PropertyStringError) -> EFIDisk? {
        guard let text = values["efidisk0"]?.text else { return nil }
        return try EFIDisk(parsing: text)
    }

    /// What `args` adds to the command line.
    package func arguments() throws(PerlShellWordsError) -> [ByteString] {
        guard let text = values["args"]?.text else { return [] }
        return try PerlShellWords.split(text)
    }

    /// The firmware that `args` asks for.
    package func firmware() throws(GuestConfigurationError) -> FirmwareOption? {
        let words: [ByteString]
        do { words = try arguments() } catch { throw GuestConfigurationError(error) }
        let vector = ArgumentVector(["kvm"] + words)
        let asked = vector.options.filter { $0.origin == .launcher && $0.name == "efi-firmware" }
        guard let option = asked.last else { return nil }
        guard asked.count == 1 else {
            throw GuestConfigurationError(
                LauncherOptionError.repeated(option: option.name, key: nil)
            )
        }
        guard let value = option.value else {
            throw GuestConfigurationError(LauncherOptionError.valueMissing(option: option.name))
        }
        do {
            return try FirmwareOption(value)
        } catch {
            throw GuestConfigurationError(error)
        }
    }

    /// The value of `key` in a property string, or the one without a key; empty if neither is
    /// there. Unknown keys are ignored.
    private func firstWord(of text: ByteString, key: String) -> String {
        let items = (text.text ?? "").split(separator: ",")
        let prefix = key + "="
        let named = items.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
        return String(named ?? items.first { !$0.contains("=") } ?? "")
    }
}

/// Why it is not known which firmware a VM's configuration asks for: what is wrong with its
/// `args` or its tags.
package struct GuestConfigurationError: Failure {
    private let cause: LaunchFailure

    init(_ cause: some Failure) {
        self.cause = LaunchFailure(cause, label: "args")
    }

    package init(_ cause: TagOfferError) {
        self.cause = LaunchFailure(cause)
    }

    package var message: String { cause.message }
    package var hint: String? { cause.hint }
    package var exitStatus: ExitStatus { .configuration }
}

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

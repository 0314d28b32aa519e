/// What QEMU reads, runs or is handed besides its options: files, directories, descriptors, drives.
extension CommandLineAudit {
    /// What the firmware may ask for by name; under `genroms/` it is code that a BIOS runs.
    func auditData(_ option: StatedOption) throws(AuditRefusal) {
        guard let name = option["name"], !name.hasPrefix("opt/"), !name.hasPrefix("etc/") else {
            return
        }
        let why = "only names below 'opt/' and 'etc/' are known to be data"
        try require(.refused(because: why), AuditedItem(.option, "fw_cfg"), option, at: "name")
    }

    /// Programs that QEMU starts, as its user, before or while the guest runs.
    func auditPrograms(_ option: StatedOption) throws(AuditRefusal) {
        for program in option.programs { try requireTrusted(option, program) }
    }

    func auditKernel(
        _ option: StatedOption,
        _ path: ByteString?,
    ) throws(AuditRefusal) {
        guard let path else { return }
        if context.unreadFiles.contains(path) {
            let why = "that file is not there, or cannot be read"
            throw .unreadable(option: commandLine.quote(option), why: why)
        }
        guard context.kernels[path] == .other else { return }
        let item = AuditedItem(.option, "kernel")
        let why = "it is not a Linux kernel, so QEMU may load it over the firmware"
        try require(.refused(because: why), item, option)
    }

    /// A file that QEMU reads after this look.
    func requireTrusted(
        _ option: StatedOption,
        _ path: ByteString?,
    ) throws(AuditRefusal) {
        guard let path, let place = context.untrustedFiles[path] else { return }
        throw .fileOfOthers(option: commandLine.quote(option), place: place)
    }

    func auditDrive(_ option: StatedOption) throws(AuditRefusal) {
        guard let change = option.change else { return }
        if option.identifier.map(flashDrives.contains) ?? false || option["if"] == "pflash" {
            throw .flashChanged(option: commandLine.vector.quote(change))
        }
    }

    func auditDescriptor(_ option: StatedOption) throws(AuditRefusal) {
        // QEMU keeps 32 bits of the number (`parse_add_fd` in system/vl.c).
        guard let number = option["fd"].flatMap(QEMUValue.number) else {
            throw .unreadable(option: commandLine.quote(option), why: "fd is not a number")
        }
        if context.descriptors.contains(Int32(truncatingIfNeeded: number)) {
            throw .descriptorOfImage(option: commandLine.quote(option))
        }
    }

    func auditDataDirectory(_ option: StatedOption) throws(AuditRefusal) {
        guard let path = option["value"], context.untrustedDirectories.contains(path) else {
            return
        }
        throw .dataDirectory(option: commandLine.quote(option))
    }
}

extension CommandLineAudit {
    /// A file that was read and named, but that QEMU would not understand.
    func requireReadable(_ file: SettingsFile) throws(AuditRefusal) {
        guard let line = file.settings?.brokenLine else { return }
        throw .unreadable(
            option: "\(file.path.escaped) line \(line)",
            why: "neither a group nor a setting",
        )
    }

    func auditSettings(_ option: StatedOption) throws(AuditRefusal) {
        guard let path = option["value"] else { return }
        guard let file = commandLine.files.included[path] else {
            throw .unreadable(option: commandLine.quote(option), why: "nobody looked at that file")
        }
        if let doubt = file.doubt { throw .settingsFile(option: commandLine.quote(option), doubt) }
    }
}

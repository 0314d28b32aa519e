/// Looks for what else could decide the guest's firmware. What the tables know to be harmless
/// passes; everything else is refused by its name.
package struct CommandLineAudit {
    /// What of the host decides with the command line.
    package struct Context: Equatable, Sendable {
        package var workingDirectoryIsWritableByOthers = false
        /// Values of `-L` that others may write to.
        package var untrustedDirectories: Set<ByteString> = []
        /// Files that QEMU reads once more after this look, of which others could make something
        /// else: by their names, with the place that they may write to.
        package var untrustedFiles: [ByteString: String] = [:]
        /// Files that QEMU would get copies of, and that could not be read.
        package var unreadFiles: Set<ByteString> = []
        /// The files of `-kernel`, those that were read.
        package var kernels: [ByteString: KernelFile] = [:]
        package var allowsDebugging = false
        /// What an administrator answers for.
        package var permitted: Set<AuditedItem> = []
        /// The numbers of the descriptors that QEMU gets from the launcher.
        package var descriptors: Set<Int32> = []

        package init() {}
    }

    /// What a kernel's first bytes say of it (`x86_load_linux` in QEMU's hw/i386/x86-common.c).
    package enum KernelFile: Equatable, Sendable {
        /// Linux: handed to the firmware through fw_cfg.
        case linux
        /// Anything else may be an ELF file, which QEMU puts where it says, over flash too.
        case other
    }

    let commandLine: QEMUCommandLine
    let context: Context
    /// The ids of the flash drive, and of a drive that `-machine pflash0=` names.
    let flashDrives: Set<ByteString>

    package init(
        _ commandLine: QEMUCommandLine,
        attached: AttachedFirmware,
        context: Context,
    ) {
        self.commandLine = commandLine
        self.context = context
        let names = [
            attached.codeDrive?.identifier, attached.codeNode?.value, attached.variableNode?.value,
        ]
        flashDrives = Set(names.compactMap(\.self))
    }

    /// - Throws: the first argument that does not pass.
    package func run() throws(AuditRefusal) {
        if let file = commandLine.files.defaultFile, let doubt = file.doubt {
            throw .settingsFile(option: quoted(file.path), doubt)
        }
        for file in commandLine.files.all { try requireReadable(file) }
        for option in commandLine.options { try audit(option) }
        if context.workingDirectoryIsWritableByOthers { throw .workingDirectory }
    }
}

// MARK: - Options

extension CommandLineAudit {
    private func audit(_ option: StatedOption) throws(AuditRefusal) {
        if let problem = option.problem {
            throw .unreadable(option: commandLine.quote(option), why: problem.message)
        }
        if let own = option.option, own.origin == nil {
            throw .unknownOption(option: commandLine.quote(option))
        }
        switch option.name {
        case "accel": try auditAccelerator(option)
        case "add-fd": try auditDescriptor(option)
        case "cpu": try auditProcessor(option, from: 1)
        case "device": try auditDevice(option)
        case "drive": try auditDrive(option)
        case "global": try auditGlobal(option)
        case "kernel": try auditKernel(option, option["value"])
        case "fw_cfg": try auditData(option)
        case "L": try auditDataDirectory(option)
        case "net", "netdev", "nic": try auditPrograms(option)
        case "machine": try auditMachine(option)
        case "object": try auditObject(option)
        case "option-rom": try requireTrusted(option, option["romfile"])
        case "readconfig": try auditSettings(option)
        default: break
        }
        try require(
            QEMUOption.verdict(of: option.name),
            AuditedItem(.option, ByteString(option.name)),
            option,
        )
    }

    func require(
        _ verdict: AuditVerdict?,
        _ item: AuditedItem,
        _ option: StatedOption,
        at key: ByteString? = nil,
    ) throws(AuditRefusal) {
        if context.permitted.contains(item) { return }
        switch verdict {
        case .harmless, .examined:
            return
        case nil:
            throw .unknown(option: commandLine.quote(option, at: key), item)
        case .refused(let why):
            throw .harmful(option: commandLine.quote(option, at: key), item, why: why)
        case .debugging(let why):
            if context.allowsDebugging { return }
            throw .debugging(option: commandLine.quote(option, at: key), why: why)
        }
    }
}

extension StatedOption.Problem {
    var message: String {
        switch self {
        case .json(let error): "not readable as JSON (\(error.explanation))"
        case .form(let expected): "expected \(expected)"
        case .noTarget: "it changes an option that is not there"
        }
    }
}

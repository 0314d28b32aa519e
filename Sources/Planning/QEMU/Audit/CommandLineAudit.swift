/// Looks for what else could decide the guest's firmware. What the tables know to be harmless
/// passes; everything else is refused by its name.
package struct CommandLineAudit {
    /// What on the host matters besides the command line.
    package struct Context: Equatable, Sendable {
        package var workingDirectoryIsWritableByOthers = false
        /// Values of `-L` that others may write to.
        package var untrustedDirectories: Set<ByteString> = []
        /// Files that QEMU reads again after this check and that others could change: by their
        /// names, with the place that others may write to.
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

/// What the tables decide by a name: machine, accelerators, processors, devices, objects, globals.
extension CommandLineAudit {
    func auditMachine(_ option: StatedOption) throws(AuditRefusal) {
        for property in option.properties {
            let name = MachineOptions.dashed(property.key)
            switch name {
            case "firmware":
                throw .firmwareBeside(option: commandLine.quote(option, at: property.key))
            case "igvm-cfg":
                throw .igvm(option: commandLine.quote(option, at: property.key))
            case "accel":
                try auditAccelerators(option, property.value)
            case "kernel":
                throw .firmwareBeside(option: commandLine.quote(option, at: property.key))
            case _ where name.hasPrefix("cxl-fmw."):
                try auditWindow(option, property)
            default:
                let verdict = MachineProperty.verdict(of: name)
                try require(verdict, AuditedItem(.machine, name), option, at: property.key)
            }
        }
    }

    func auditAccelerator(_ option: StatedOption) throws(AuditRefusal) {
        try auditAccelerators(option, option["accel"])
        for property in option.properties
        where property.key != "accel" && !(property.key == "device" && property.value == "/dev/kvm")
        {
            let name = (option["accel"] ?? "").bytes + [UInt8(ascii: ".")] + property.key.bytes
            let verdict = MachineProperty.verdict(ofAcceleratorProperty: property.key)
            try require(verdict, AuditedItem(.accel, ByteString(name)), option)
        }
    }

    /// Names of accelerators, with colons between them.
    func auditAccelerators(
        _ option: StatedOption,
        _ names: ByteString?,
    ) throws(AuditRefusal) {
        for name in (names ?? "").bytes.split(separator: UInt8(ascii: ":")) {
            let name = ByteString(name)
            try require(
                MachineProperty.verdict(ofAccelerator: name),
                AuditedItem(.accel, name),
                option
            )
        }
    }

    func auditDevice(_ option: StatedOption) throws(AuditRefusal) {
        let driver = option["driver"] ?? ""
        try require(
            QEMUDevice.verdict(of: driver),
            AuditedItem(.device, driver),
            option,
            at: "driver",
        )
        try requireTrusted(option, option["romfile"])
        for property in option.properties where Self.loadsCode(property.key, of: driver) {
            let item = AuditedItem(.device, ByteString("\(driver.escaped).\(property.key.escaped)"))
            try require(.refused(because: Self.whyDatabase), item, option, at: property.key)
        }
        if QEMUDevice.isProcessor(driver) { try auditProcessor(option, from: 0) }
    }

    /// A database of NSS names shared objects, which are loaded into QEMU.
    static func loadsCode(_ property: ByteString, of driver: ByteString) -> Bool {
        driver == "ccid-card-emulated" && property == "db"
    }

    static let whyDatabase = "QEMU loads the code that the database names"

    /// One property of processors decides which memory they see.
    func auditProcessor(
        _ option: StatedOption,
        from first: Int,
    ) throws(AuditRefusal) {
        for property in option.properties.dropFirst(first)
        where !["driver", "id", "bus"].contains(property.key) {
            let verdict: AuditVerdict? =
                ProcessorProperty.isHarmless(property.key)
                ? .harmless(because: "what a processor can do, not what it runs") : nil
            try require(verdict, AuditedItem(.cpu, property.key), option, at: property.key)
        }
    }

    /// Windows are one after the other above 4 GiB; large ones wrap around to below it.
    func auditWindow(
        _ option: StatedOption,
        _ property: StatedOption.Property,
    ) throws(AuditRefusal) {
        let verdict = MachineProperty.verdict(of: MachineOptions.dashed(property.key))
        let item = AuditedItem(.machine, property.key)
        try require(verdict, item, option, at: property.key)
        guard property.key.hasSuffix(".size") else { return }
        guard let size = QEMUValue.byteCount(property.value), size <= 1 << 44 else {
            let why = "windows larger than 16 TiB can cover the firmware"
            return try require(.refused(because: why), item, option, at: property.key)
        }
    }

    func auditObject(_ option: StatedOption) throws(AuditRefusal) {
        let type = option["qom-type"] ?? ""
        if type == "igvm-cfg" { throw .igvm(option: commandLine.quote(option, at: "qom-type")) }
        try require(
            QEMUObject.verdict(of: type),
            AuditedItem(.object, type),
            option,
            at: "qom-type",
        )
    }

    func auditGlobal(_ option: StatedOption) throws(AuditRefusal) {
        let driver = option["driver"] ?? ""
        let property = option["property"] ?? ""
        let name = ByteString(driver.bytes + [UInt8(ascii: ".")] + property.bytes)
        if property == "romfile" { try requireTrusted(option, option["value"]) }
        if Self.loadsCode(property, of: driver) {
            throw .harmful(
                option: commandLine.quote(option),
                AuditedItem(.global, name),
                why: Self.whyDatabase,
            )
        }
        try require(
            GlobalProperty(driver: driver, property: property).verdict,
            AuditedItem(.global, name),
            option,
        )
    }
}

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
            throw .unreadable(option: commandLine.quote(option), why: "that file was not read")
        }
        if let doubt = file.doubt { throw .settingsFile(option: commandLine.quote(option), doubt) }
    }
}

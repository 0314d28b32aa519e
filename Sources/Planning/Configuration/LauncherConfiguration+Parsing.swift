extension LauncherConfiguration {
    /// - Parameter file: its name, for messages.
    package init(parsing bytes: [UInt8], file: String) throws(ConfigurationError) {
        self = .defaults
        let configuration = try SectionConfiguration(strict: bytes, file: file, schema: .launcher)
        self.configuration = configuration
        // Names of storages are one for all types, although sections are not.
        var storageIndex = SectionIndex(comparesTypes: false)
        for (number, section) in configuration.sections.enumerated() {
            // A VM that somebody wrote down wrongly must not start as if nothing had been written:
            // its section has to be for a VM that can exist, even while its values are not read.
            let isVirtualMachine = configuration.matches(section.type, "vm")
            if isVirtualMachine, VirtualMachineSection.Subject(bytes[section.id]) != nil {
                continue
            }

            let reader = SectionReader(configuration: configuration, section: section)
            if isVirtualMachine {
                _ = try VirtualMachineSection(reader)
            } else if configuration.matches(section.type, "firmware") {
                firmware.append(try FirmwareSection(reader))
            } else if configuration.matches(section.type, "launcher") {
                try set(reader)
            } else {
                let storage = try Storage(reader)
                if let first = storageIndex.insert(number, of: configuration) {
                    let line = configuration.sections[first].line
                    throw reader.error(.duplicateSection(firstLine: line))
                }
                storages.append(storage)
            }
        }
    }

    private mutating func set(_ reader: SectionReader) throws(ConfigurationError) {
        guard reader.id == "defaults" else {
            throw reader.error(.wrongSectionID(found: reader.id, expected: "'defaults'"))
        }
        qemu = try reader.path("qemu")
        storageConfiguration = try reader.path("storage-config") ?? storageConfiguration
        seccomp = try reader.word("seccomp") ?? seccomp
        spawn = try reader.word("spawn") ?? spawn
        stockFirmware = try reader.word("stock-firmware") ?? stockFirmware
        sevAttachment = try reader.word("sev-attachment") ?? sevAttachment
        readOnly = try reader.words("read-only") ?? readOnly
        log = try reader.word("log") ?? log
        debug = try reader.word("debug") ?? debug
    }
}

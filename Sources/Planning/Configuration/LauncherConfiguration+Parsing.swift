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
        landlock = try reader.word("landlock") ?? landlock
        capabilities = try reader.word("capabilities") ?? capabilities
        stockFirmware = try reader.word("stock-firmware") ?? stockFirmware
        sevAttachment = try reader.word("sev-attachment") ?? sevAttachment
        readOnly = try reader.words("read-only") ?? readOnly
        log = try reader.word("log") ?? log
        debug = try reader.word("debug") ?? debug
        permitted = try reader.permitted()
        groups = try reader.groups()
        keptVariables = try Self.variables(reader)
    }

    private static func variables(
        _ reader: SectionReader
    ) throws(ConfigurationError) -> [ByteString] {
        var names: [ByteString] = []
        for property in reader.properties
        where reader.configuration.matches(property.key, "keep-environment") {
            let text = property.value.map { reader.configuration.text($0) } ?? ""
            let items = listItems(text)
            guard !items.isEmpty else {
                throw reader.error(.missingValue(key: "keep-environment"), line: property.line)
            }
            for item in items {
                guard isVariableName(item) else {
                    let expected = "names of environment variables: letters, digits and '_'"
                    let found = Setting(item, line: property.line)
                    throw reader.wrong("keep-environment", found, expected: expected)
                }
                names.append(ByteString(item))
            }
        }
        return names
    }
}

/// As POSIX has them: no digit first, and no pattern.
private func isVariableName(_ text: String) -> Bool {
    !isDigit(text.utf8.first ?? UInt8(ascii: "0"))
        && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
}

import SystemPackage

/// Reads the values of one section of our own files: each is what it has to be, or an error that
/// names file, line and section.
struct SectionValues {
    let configuration: SectionConfiguration
    let section: SectionConfiguration.Section
    let properties: [SectionConfiguration.Property]

    init(configuration: SectionConfiguration, section: SectionConfiguration.Section) {
        self.configuration = configuration
        self.section = section
        properties = configuration.properties(of: section)
    }

    var line: Int { section.line }
    var id: ByteString { configuration.bytes(section.id) }

    func error(_ cause: ConfigurationError.Cause, line: Int? = nil) -> ConfigurationError {
        ConfigurationError(
            file: configuration.file,
            line: line ?? section.line,
            section: ByteString(configuration.title(of: section)),
            cause: cause,
        )
    }

    /// The setting of that name; the first, if the schema lets it be repeated.
    func property(_ key: StaticString) -> SectionConfiguration.Property? {
        properties.first { configuration.matches($0.key, key) }
    }

    /// The bytes of a key that needs a value.
    func bytes(_ key: StaticString) throws(ConfigurationError) -> Setting<ByteString>? {
        guard let property = property(key) else { return nil }
        guard let value = property.value else {
            throw error(.missingValue(key: key.description), line: property.line)
        }
        return Setting(configuration.bytes(value), line: property.line)
    }

    func text(_ key: StaticString) throws(ConfigurationError) -> Setting<String>? {
        try bytes(key).map {
            Setting(String(decoding: $0.value.bytes, as: UTF8.self), line: $0.line)
        }
    }

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable & Hashable & Sendable>(
        _ key: StaticString,
    ) throws(ConfigurationError) -> Setting<Word>? where Word.RawValue == String {
        guard let found = try text(key) else { return nil }
        guard let word = Word(rawValue: found.value) else {
            throw wrong(key, found, expected: alternatives(Word.allCases.map(\.rawValue)))
        }
        return Setting(word, line: found.line)
    }

    /// One or more of a few words, between commas or blanks.
    func words<Word: RawRepresentable & CaseIterable & Hashable & Sendable>(
        _ key: StaticString,
    ) throws(ConfigurationError) -> Setting<[Word]>? where Word.RawValue == String {
        guard let found = try text(key) else { return nil }
        var words: [Word] = []
        for item in listItems(found.value) {
            guard let word = Word(rawValue: item) else {
                let expected = alternatives(Word.allCases.map(\.rawValue))
                throw wrong(key, Setting(item, line: found.line), expected: expected)
            }
            if !words.contains(word) { words.append(word) }
        }
        guard !words.isEmpty else { throw wrong(key, found, expected: "at least one word") }
        return Setting(words, line: found.line)
    }

    /// True if the key is alone, as Proxmox writes it, or has the value `1`.
    func flag(_ key: StaticString) throws(ConfigurationError) -> Bool {
        guard let property = property(key) else { return false }
        guard let value = property.value else { return true }
        if configuration.matches(value, "1") { return true }
        if configuration.matches(value, "0") { return false }
        let found = Setting(configuration.text(value), line: property.line)
        throw wrong(key, found, expected: "nothing, '0' or '1'")
    }

    func path(_ key: StaticString) throws(ConfigurationError) -> Setting<FilePath>? {
        guard let found = try text(key) else { return nil }
        guard isPlainAbsolutePath(found.value) else {
            throw wrong(key, found, expected: "an absolute path without '.' and '..'")
        }
        return Setting(FilePath(found.value), line: found.line)
    }

    /// A path, which may be repeated.
    func paths(_ key: StaticString) throws(ConfigurationError) -> [Setting<FilePath>] {
        var paths: [Setting<FilePath>] = []
        for property in properties where configuration.matches(property.key, key) {
            guard let value = property.value else {
                throw error(.missingValue(key: key.description), line: property.line)
            }
            let found = Setting(configuration.text(value), line: property.line)
            guard isPlainAbsolutePath(found.value) else {
                throw wrong(key, found, expected: "an absolute path without '.' and '..'")
            }
            paths.append(Setting(FilePath(found.value), line: property.line))
        }
        return paths
    }

    /// `permit`, which may be repeated, with a list each time.
    func permitted() throws(ConfigurationError) -> [Setting<AuditedItem>] {
        var permitted: [Setting<AuditedItem>] = []
        for property in properties where configuration.matches(property.key, "permit") {
            let text = property.value.map { configuration.text($0) } ?? ""
            let items = listItems(text)
            for item in items.isEmpty ? [text] : items {
                guard let audited = AuditedItem(parsing: item) else {
                    let kinds = AuditedItem.Kind.allCases.map { "\($0.rawValue):NAME" }
                    throw wrong(
                        "permit",
                        Setting(item, line: property.line),
                        expected: alternatives(kinds),
                    )
                }
                permitted.append(Setting(audited, line: property.line))
            }
        }
        return permitted
    }

    /// `groups`: names of groups of system calls, between commas or blanks.
    func groups() throws(ConfigurationError) -> [Setting<SyscallGroup>] {
        guard let found = try text("groups") else { return [] }
        var groups: [Setting<SyscallGroup>] = []
        for name in listItems(found.value) {
            guard let group = SyscallGroup.settable.first(where: { $0.name == name }) else {
                let expected = alternatives(SyscallGroup.settable.map(\.name))
                throw wrong("groups", Setting(name, line: found.line), expected: expected)
            }
            groups.append(Setting(group, line: found.line))
        }
        guard !groups.isEmpty else { throw wrong("groups", found, expected: "at least one word") }
        return groups
    }

    func volume(_ key: StaticString) throws(ConfigurationError) -> Setting<FirmwareVolumeID>? {
        guard let property = property(key) else { return nil }
        guard let value = property.value else {
            throw error(.missingValue(key: key.description), line: property.line)
        }
        do {
            let volume = try FirmwareVolumeID(parsing: configuration.bytes[value])
            return Setting(volume, line: property.line)
        } catch let cause {
            throw error(
                .wrongForm(key: key.description, .init(cause)),
                line: property.line,
            )
        }
    }

    func wrong(
        _ key: StaticString,
        _ found: Setting<String>,
        expected: String,
    ) -> ConfigurationError {
        error(
            .wrongValue(
                key: key.description,
                found: ByteString(found.value),
                expected: expected,
            ),
            line: found.line,
        )
    }
}

/// Without components that mean another directory: what is written is where it is.
package func isPlainAbsolutePath(_ text: String) -> Bool {
    text.utf8.first == UInt8(ascii: "/")
        && !text.utf8.split(separator: UInt8(ascii: "/")).contains {
            $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8)
        }
}

/// One option of QEMU as QEMU will understand it, in any place: in the command line, as
/// `key=value` or as JSON, or as a section of a file of settings.
package struct StatedOption: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        case option(ArgumentVector.Option)
        /// A word that is not an option, which is a disk image for QEMU.
        case word(ByteString)
        /// A section of a `-readconfig` file or of qemu.conf.
        case section(group: ByteString, file: ByteString, line: Int)
    }

    package struct Property: Equatable, Sendable {
        /// The keys from the outside in, with dots between them, for every form.
        package let key: ByteString
        /// Truth values are `on` and `off`, numbers as they are written.
        package let value: ByteString
        /// Where it is in a file of settings.
        package var line: Int?
        /// The `-set` that states it.
        package var change: ArgumentVector.Option?
    }

    /// Why a value cannot be understood.
    package enum Problem: Equatable, Sendable {
        case json(JSONError)
        /// `-set` or `-global` of another form than QEMU takes, or a line of a file.
        case form(expected: String)
        /// `-set` for an option that is not there.
        case noTarget
    }

    /// The option's name without dashes; for a section, that of the option which says the same.
    package let name: String
    package let source: Source
    /// In QEMU's order: the last value of a key counts.
    package internal(set) var properties: [Property] = []
    package internal(set) var identifier: ByteString?
    package internal(set) var problem: Problem?

    /// The value that counts.
    package subscript(key: ByteString) -> ByteString? {
        properties.last { $0.key == key }?.value
    }

    /// The last `-set` that adds to the properties.
    package var change: ArgumentVector.Option? { properties.last { $0.change != nil }?.change }

    /// Whether any value of `key` passes `test`, at any depth.
    package func anyValue(of key: StaticString, _ test: (ByteString) -> Bool) -> Bool {
        properties.contains { $0.isNamed(key) && test($0.value) }
    }

    /// The programs that a network names, by their paths.
    package var programs: [ByteString] {
        ["script", "downscript", "helper"].compactMap { self[$0] }
            .filter { $0.bytes.first == UInt8(ascii: "/") }
    }

    /// Whether `key` is turned on.
    package func turnsOn(_ key: ByteString) -> Bool {
        self[key].flatMap(QEMUValue.truth) == true
    }

    /// The option's words, if it is in the command line.
    package var option: ArgumentVector.Option? {
        guard case .option(let option) = source else { return nil }
        return option
    }
}

extension StatedOption.Property {
    /// Whether the innermost key is `name`.
    func isNamed(_ name: StaticString) -> Bool {
        guard key.hasSuffix(name) else { return false }
        let rest = key.bytes.count - name.utf8CodeUnitCount
        return rest == 0 || key.bytes[rest - 1] == UInt8(ascii: ".")
    }
}

// MARK: - Reading

extension StatedOption {
    init(_ option: ArgumentVector.Option) {
        name = option.name
        source = .option(option)
        guard let value = option.value else { return }
        switch OptionSyntax(of: option.name) {
        case .text: properties = [Property(key: "value", value: value)]
        case .file: add(Property(key: "file", value: value))
        case .list(let impliedKey): read(KeyValueList(value, impliedKey: impliedKey))
        case .listOrJSON(let impliedKey):
            if value.bytes.first == UInt8(ascii: "{") {
                read(json: value)
            } else {
                read(KeyValueList(value, impliedKey: impliedKey))
            }
        case .global: readGlobal(value)
        case .processor: readProcessor(value)
        }
    }

    init(image word: ByteString) {
        name = "drive"
        source = .word(word)
        add(Property(key: "file", value: word))
    }

    init(_ section: QEMUConfigurationFile.Section, of file: ByteString) {
        name = OptionSyntax.option(ofGroup: section.group)
        source = .section(group: section.group, file: file, line: section.line)
        identifier = section.identifier
        for setting in section.settings {
            if setting.key == "id" { identifier = setting.value }
            add(Property(key: setting.key, value: setting.value, line: setting.line))
        }
    }

    private mutating func read(_ list: KeyValueList) {
        identifier = list.identifier
        for item in list.items { add(Property(key: item.key, value: item.value)) }
    }

    private mutating func read(json text: ByteString) {
        do {
            add(try JSONReader.read(text), at: "")
            identifier = self["id"]
        } catch {
            problem = .json(error)
        }
    }

    private mutating func readProcessor(_ value: ByteString) {
        let words = value.bytes.split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false,
        )
        properties = [Property(key: "model", value: ByteString(words.first ?? []))]
        for word in words.dropFirst() {
            let isSigned = word.first == UInt8(ascii: "+") || word.first == UInt8(ascii: "-")
            let item = (isSigned ? word.dropFirst() : word).split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false,
            )
            let isOff = word.first == UInt8(ascii: "-")
            let text = item.count == 2 ? ByteString(item[1]) : isOff ? "off" : "on"
            properties.append(Property(key: ByteString(item.first ?? []), value: text))
        }
    }

    private mutating func readGlobal(_ value: ByteString) {
        guard let global = GlobalProperty(value) else {
            problem = .form(expected: "DRIVER.PROPERTY=VALUE")
            return
        }
        properties = [
            Property(key: "driver", value: global.driver),
            Property(key: "property", value: global.property),
            Property(key: "value", value: global.value),
        ]
    }

    private static let maximumKeyByteCount = 8192

    /// Adds the properties of a JSON value, the keys from the outside in.
    private mutating func add(_ node: JSONNode, at path: ByteString) {
        // No key of QEMU's is that long, and each property has its own copy.
        guard path.bytes.count <= Self.maximumKeyByteCount else {
            problem = .form(expected: "keys of at most \(Self.maximumKeyByteCount) bytes")
            return
        }
        switch node.content {
        case .object(let members):
            for member in members { add(member.value, at: path.dotted(member.key)) }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                add(element, at: path.dotted(ByteString(String(index))))
            }
        case .string, .number, .bool, .null:
            add(Property(key: path, value: node.optionText ?? ""))
        }
    }

    /// Adds a property, and the content of its value if that is a block node instead of a file
    /// name: `json:{…}` (`bdrv_open_inherit` in QEMU's block.c).
    mutating func add(_ property: Property) {
        properties.append(property)
        guard OptionSyntax.namesFiles(name), property.value.hasPrefix("json:") else { return }
        do {
            let node = try JSONReader.read(ByteString(property.value.bytes.dropFirst(5)))
            add(node, at: property.key)
        } catch {
            problem = .json(error)
        }
    }
}

extension ByteString {
    fileprivate func dotted(_ key: ByteString) -> ByteString {
        isEmpty ? key : ByteString(bytes + [UInt8(ascii: ".")] + key.bytes)
    }
}

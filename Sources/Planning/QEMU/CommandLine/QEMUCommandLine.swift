/// QEMU's command line and the files of settings that it reads, as one list of options in QEMU's
/// order: the default file first, then word by word, and a file where it is named.
///
/// The planner, the audit and the policy look at nothing else, so the same VM in another form gets
/// the same answers.
package struct QEMUCommandLine: Equatable, Sendable {
    package let vector: ArgumentVector
    package let files: SettingsFiles
    package private(set) var options: [StatedOption] = []

    package init(_ vector: ArgumentVector, files: SettingsFiles = .none) {
        self.vector = vector
        self.files = files
        var targets: [SetTarget: Int] = [:]
        if let file = files.defaultFile { add(sectionsOf: file, &targets) }
        var images = vector.images[...]
        for option in vector.options {
            while let image = images.first, image < option.index {
                options.append(StatedOption(image: vector.arguments[image]))
                images.removeFirst()
            }
            guard option.origin != .launcher else { continue }
            switch option.name {
            case "set": change(by: option, targets)
            case "readconfig":
                options.append(StatedOption(option))
                guard let path = option.value, let file = files.included[path] else { continue }
                add(sectionsOf: file, &targets)
            default: add(StatedOption(option), &targets)
            }
        }
        for image in images { options.append(StatedOption(image: vector.arguments[image])) }
    }

    package init(_ arguments: [ByteString]) {
        self.init(ArgumentVector(arguments))
    }

    /// Every occurrence of an option, in QEMU's order.
    package func all(_ name: String) -> [StatedOption] { options.filter { $0.name == name } }
}

// MARK: - Reading

extension QEMUCommandLine {
    /// What `-set GROUP.ID.KEY=VALUE` names.
    private struct SetTarget: Hashable {
        let group: String
        let identifier: ByteString
    }

    private mutating func add(_ option: StatedOption, _ targets: inout [SetTarget: Int]) {
        // Options in JSON are kept elsewhere in QEMU, where -set does not look.
        if let identifier = option.identifier, option.option?.isJSON != true {
            let target = SetTarget(group: option.name, identifier: identifier)
            targets[target] = targets[target] ?? options.count
        }
        options.append(option)
    }

    private mutating func add(sectionsOf file: SettingsFile, _ targets: inout [SetTarget: Int]) {
        guard let settings = file.settings else { return }
        for section in settings.sections {
            add(StatedOption(section, of: settings.path), &targets)
        }
    }

    /// `-set` changes an option that was read before it (`qemu_set_option` in system/vl.c).
    private mutating func change(
        by option: ArgumentVector.Option,
        _ targets: [SetTarget: Int],
    ) {
        var stated = StatedOption(option)
        defer { options.append(stated) }
        guard let change = option.value.flatMap({ SetOption($0) }) else {
            stated.problem = .form(expected: "GROUP.ID.KEY=VALUE")
            return
        }
        let group = OptionSyntax.option(ofGroup: change.group)
        let target = SetTarget(group: group, identifier: change.identifier)
        guard let index = targets[target] else {
            stated.problem = .noTarget
            return
        }
        options[index].add(
            StatedOption.Property(key: change.key, value: change.value, change: option)
        )
    }
}

extension ArgumentVector.Option {
    /// Whether the value is JSON to QEMU, if the option takes any.
    var isJSON: Bool { value?.bytes.first == UInt8(ascii: "{") }
}

// MARK: - Messages

extension QEMUCommandLine {
    /// The option as a person would find it: its words, or its line of a file.
    ///
    /// - Parameter key: the property that the message is about.
    package func quote(_ option: StatedOption, at key: ByteString? = nil) -> String {
        let property = option.properties.last { $0.key == key }
        if let change = property?.change { return vector.quote(change) }
        switch option.source {
        case .option(let option): return vector.quote(option)
        case .word(let word): return quoted(word)
        case .section(let group, let file, let line):
            guard let property else {
                return "\(file.escaped) line \(line): \(quoted("[\(group.escaped)]"))"
            }
            let text = ByteString(
                Array("[".utf8) + group.bytes + Array("] ".utf8) + property.key.bytes
                    + Array(" = \"".utf8) + property.value.bytes + [UInt8(ascii: "\"")]
            )
            return "\(file.escaped) line \(property.line ?? line): \(quoted(text))"
        }
    }
}

/// The files of settings that QEMU reads besides its command line, as they were found on this host.
package struct SettingsFiles: Equatable, Sendable {
    /// QEMU's own qemu.conf; `nil` if there is none, or if QEMU is told not to read it.
    package var defaultFile: SettingsFile?
    /// By the value of `-readconfig`.
    package var included: [ByteString: SettingsFile]

    package static let none = SettingsFiles(defaultFile: nil, included: [:])

    package init(defaultFile: SettingsFile?, included: [ByteString: SettingsFile]) {
        self.defaultFile = defaultFile
        self.included = included
    }

    /// The same files where QEMU finds their copies, each named by a `-readconfig`.
    package func placed(at paths: [ByteString: ByteString]) -> SettingsFiles {
        let copies = all.compactMap { file in paths[file.path].map { ($0, file) } }
        return SettingsFiles(
            defaultFile: nil,
            included: Dictionary(copies, uniquingKeysWith: { first, _ in first }),
        )
    }

    /// The default file first, then the others by their names.
    package var all: [SettingsFile] {
        let others = included.values.sorted {
            $0.path.bytes.lexicographicallyPrecedes($1.path.bytes)
        }
        return (defaultFile.map { [$0] } ?? []) + others
    }
}

/// One file of settings: what was read of it, and whether that may be relied on.
package struct SettingsFile: Equatable, Sendable {
    /// Why a VM with custom firmware does not start with this file.
    package enum Doubt: Equatable, Sendable {
        /// A pipe or a device gives its bytes once: reading them would take them from QEMU.
        case notRegular
        /// Others may change the file, or put another in its place.
        case writableByOthers(place: String)
        case unreadable(why: String)
    }

    /// As the command line names it.
    package let path: ByteString
    /// `nil` if it was not read. If there is no doubt then, it does not exist, and only root can
    /// put it there.
    package let bytes: [UInt8]?
    package let settings: QEMUConfigurationFile?
    package let doubt: Doubt?

    package init(path: ByteString, bytes: [UInt8]?, doubt: Doubt? = nil) {
        self.path = path
        self.bytes = bytes
        settings = bytes.map { QEMUConfigurationFile($0, path: path) }
        self.doubt = doubt
    }
}

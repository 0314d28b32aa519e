/// QEMU's command line, understood word by word and lost nowhere.
///
/// The rules are those of `lookup_opt` in QEMU's system/vl.c, the same from 7.2 to 11.0: a word
/// that starts with `-` is an option, by its exact name behind one dash or two; an option that
/// takes a value takes the next word, whatever it looks like; there is no `--` and no `=`; every
/// other word is a disk image.
package struct ArgumentVector: Equatable, Sendable {
    /// All words, the program's name first, byte for byte as they came.
    package let arguments: [ByteString]
    /// The options in their order. A word nobody knows counts as an option without value.
    package let options: [Option]

    package struct Option: Equatable, Sendable {
        /// The name without dashes; `-M` and `-h` go by the names they are short for.
        package let name: String
        /// Where the option's own word stands in ``arguments``.
        package let index: Int
        /// The word behind it; `nil` for an option without value, and where the value is missing.
        package let value: ByteString?
        package let origin: QEMUOption.Origin?

        /// The words the option occupies.
        package var range: Range<Int> { index..<(value == nil ? index + 1 : index + 2) }
    }

    package init(_ arguments: [ByteString]) {
        self.arguments = arguments
        var options: [Option] = []
        var index = 1
        while index < arguments.count {
            defer { index += 1 }
            let word = arguments[index].bytes
            guard word.first == UInt8(ascii: "-") else { continue }
            let name = word.dropFirst(
                word.starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")]) ? 2 : 1
            )
            guard let known = QEMUOption.named(name) else {
                let text = String(decoding: name, as: UTF8.self)
                options.append(Option(name: text, index: index, value: nil, origin: nil))
                continue
            }
            let hasValue = known.takesValue && index + 1 < arguments.count
            options.append(
                Option(
                    name: Self.fullName(of: known.name),
                    index: index,
                    value: hasValue ? arguments[index + 1] : nil,
                    origin: known.origin,
                )
            )
            if hasValue { index += 1 }
        }
        self.options = options
    }

    private static func fullName(of name: String) -> String {
        switch name {
        case "M": "machine"
        case "h": "help"
        default: name
        }
    }

    /// Every occurrence of an option, in order.
    package func all(_ name: String) -> [Option] {
        options.filter { $0.name == name && $0.origin != nil }
    }

    package func has(_ name: String) -> Bool {
        options.contains { $0.name == name && $0.origin != nil }
    }

    /// The option and its value as a person would write them, for messages.
    package func quote(_ option: Option) -> String {
        quoted(ByteString(Array(arguments[option.range].map(\.bytes).joined(separator: [0x20]))))
    }

    /// The `-drive` of that id, whatever its interface.
    package func drive(id: ByteString) -> Option? {
        all("drive").first { $0.value.map { KeyValueList($0).identifier } == id }
    }
}

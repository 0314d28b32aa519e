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
    /// Where the words stand that are no options and no values: disk images to QEMU.
    package let images: [Int]

    package struct Option: Equatable, Sendable {
        /// The name without dashes; `-M` and `-h` go by the names they are short for.
        package let name: String
        /// Where the option's own word stands in ``arguments``.
        package let index: Int
        /// The word behind it; `nil` for an option without value, and where the value is missing.
        package let value: ByteString?
        package let origin: QEMUOption.Origin?
        /// The option's among all there are; `nil` for a word nobody knows.
        fileprivate let number: Int?

        /// The words the option occupies.
        package var range: Range<Int> { index..<(value == nil ? index + 1 : index + 2) }
    }

    package init(_ arguments: [ByteString]) {
        self.arguments = arguments
        var options: [Option] = []
        var images: [Int] = []
        options.reserveCapacity(arguments.count / 2)
        var index = 1
        while index < arguments.count {
            defer { index += 1 }
            let word = arguments[index].bytes
            guard word.first == UInt8(ascii: "-") else {
                images.append(index)
                continue
            }
            let name = word.dropFirst(word.count > 1 && word[1] == UInt8(ascii: "-") ? 2 : 1)
            let number = QEMUOption.number(of: Self.fullName(of: name))
            let known = number.map(QEMUOption.option)
            let hasValue = known?.takesValue == true && index + 1 < arguments.count
            options.append(
                Option(
                    name: known?.name ?? String(decoding: name, as: UTF8.self),
                    index: index,
                    value: hasValue ? arguments[index + 1] : nil,
                    origin: known?.origin,
                    number: number,
                )
            )
            if hasValue { index += 1 }
        }
        self.options = options
        self.images = images
    }

    private static func fullName(of name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard name.count == 1 else { return name }
        return switch name.first {
        case UInt8(ascii: "M"): Array("machine".utf8)[...]
        case UInt8(ascii: "h"): Array("help".utf8)[...]
        default: name
        }
    }

    /// Every occurrence of an option, in order.
    package func all(_ name: String) -> [Option] {
        guard let number = QEMUOption.number(of: name.utf8) else { return [] }
        return options.filter { $0.number == number }
    }

    /// The last occurrence of an option.
    package func last(_ name: String) -> Option? {
        guard let number = QEMUOption.number(of: name.utf8) else { return nil }
        return options.last { $0.number == number }
    }

    package func has(_ name: String) -> Bool {
        guard let number = QEMUOption.number(of: name.utf8) else { return false }
        return options.contains { $0.number == number }
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

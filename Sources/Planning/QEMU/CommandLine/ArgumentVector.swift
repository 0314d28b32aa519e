/// QEMU's command line, read word by word without losing any of it.
///
/// The rules are those of `lookup_opt` in QEMU's system/vl.c, the same from 7.2 to 11.0: a word
/// that starts with `-` is an option, by its exact name after one dash or two; an option that takes
/// a value takes the next word, even if it looks like an option; there is no `--` and no `=`; every
/// other word is a disk image.
package struct ArgumentVector: Equatable, Sendable {
    /// All words, the program's name first, byte for byte as they came.
    package let arguments: [ByteString]
    /// The options in their order. An unknown word counts as an option without value.
    package let options: [Option]
    /// Where the words are that are neither options nor values: disk images for QEMU.
    package let images: [Int]

    package struct Option: Equatable, Sendable {
        /// The name without dashes; `-M` and `-h` go by the names they are short for.
        package let name: String
        /// Where the option's own word is in ``arguments``.
        package let index: Int
        /// The word after it; `nil` for an option without value, and if the value is missing.
        package let value: ByteString?
        package let origin: QEMUOption.Origin?
        /// The option's among all there are; `nil` for an unknown word.
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

    /// The `-drive` with that id, with any interface.
    package func drive(id: ByteString) -> Option? {
        all("drive").first { $0.value.map { KeyValueList($0).identifier } == id }
    }
}

/// Changes to a command line that leave every word they do not name as it was.
package struct ArgumentEdits: Equatable, Sendable {
    /// What is there instead, by a word's place.
    private var replacements: [Int: [ByteString]] = [:]
    private var inserted: [ByteString] = []

    package init() {}

    /// Puts other words in an option's place.
    package mutating func replace(_ option: ArgumentVector.Option, with words: [ByteString]) {
        for index in option.range {
            replacements[index] = index == option.index ? words : []
        }
    }

    package mutating func remove(_ option: ArgumentVector.Option) {
        replace(option, with: [])
    }

    /// Keeps the option's own word, dashes and all, and changes its value.
    package mutating func replaceValue(of option: ArgumentVector.Option, with value: ByteString) {
        replacements[option.index + 1] = [value]
    }

    /// Adds words right after the program's name: there no option in front of them can take one
    /// for its value.
    package mutating func insert(_ words: ByteString...) {
        inserted += words
    }

    package func applied(to vector: ArgumentVector) -> [ByteString] {
        guard let program = vector.arguments.first else { return [] }
        let rest = vector.arguments.indices.dropFirst().flatMap { index in
            replacements[index] ?? [vector.arguments[index]]
        }
        return [program] + inserted + rest
    }
}

/// A command line changed so that a person can watch: QEMU stays in the foreground, without a
/// window, with the first serial port on its terminal.
package struct ForegroundCommandLine: Hashable, Sendable {
    package let words: [ByteString]

    /// Where a picture goes; QEMU opens a window if none of them is there.
    private static let displays = ["display", "nographic", "curses", "sdl", "vnc", "spice"]

    /// - Parameter withSerial: whether to add a serial port on standard input and output, if the
    ///   command line does not use them already.
    package init(_ arguments: [ByteString], withSerial: Bool) {
        let vector = ArgumentVector(arguments)
        var edits = ArgumentEdits()
        for option in vector.all("daemonize") { edits.remove(option) }
        var words = edits.applied(to: vector)
        let ownsTerminal =
            vector.has("serial") || vector.has("nographic") || vector.has("curses")
            || vector.all("chardev").contains { Self.isTerminal($0.value) }
            || ["monitor", "qmp"].contains { name in
                vector.all(name).contains { $0.value?.hasSuffix("stdio") ?? false }
            }
        // mux: control-A reaches QEMU's monitor, and ends it.
        if withSerial, !ownsTerminal { words += ["-serial", "mon:stdio"] }
        if !Self.displays.contains(where: vector.has) { words += ["-display", "none"] }
        self.words = words
    }

    private static func isTerminal(_ value: ByteString?) -> Bool {
        guard let value else { return false }
        return KeyValueList(value, impliedKey: "backend")["backend"] == "stdio"
    }
}

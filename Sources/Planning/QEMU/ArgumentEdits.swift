/// Changes to a command line that leave every word they do not name as it was.
package struct ArgumentEdits: Equatable, Sendable {
    /// In the order of their places, one for each.
    private var replacements: [Replacement] = []
    private var inserted: [ByteString] = []

    private struct Replacement: Equatable, Sendable {
        let index: Int
        let words: [ByteString]
    }

    package init() {}

    /// Puts other words in an option's place.
    package mutating func replace(_ option: ArgumentVector.Option, with words: [ByteString]) {
        for index in option.range {
            replace(index, with: index == option.index ? words : [])
        }
    }

    package mutating func remove(_ option: ArgumentVector.Option) {
        replace(option, with: [])
    }

    /// Keeps the option's own word, dashes and all, and changes its value.
    package mutating func replaceValue(of option: ArgumentVector.Option, with value: ByteString) {
        replace(option.index + 1, with: [value])
    }

    /// What was to stand there before counts no more.
    private mutating func replace(_ index: Int, with words: [ByteString]) {
        replacements.removeAll { $0.index == index }
        let place = replacements.firstIndex { $0.index > index } ?? replacements.endIndex
        replacements.insert(Replacement(index: index, words: words), at: place)
    }

    /// Adds an option right behind the program's name: there no option in front of it can take it
    /// for its value.
    package mutating func insert(_ name: ByteString, _ value: ByteString) {
        inserted += [name, value]
    }

    package func applied(to vector: ArgumentVector) -> [ByteString] {
        let arguments = vector.arguments
        guard let program = arguments.first else { return [] }
        var words: [ByteString] = []
        words.reserveCapacity(arguments.count + inserted.count)
        words.append(program)
        words += inserted
        // What stays between two changes is copied in one piece: there may be thousands of words.
        var position = 1
        for replacement in replacements where replacement.index < arguments.count {
            words += arguments[position..<replacement.index]
            words += replacement.words
            position = replacement.index + 1
        }
        words += arguments[position...]
        return words
    }
}

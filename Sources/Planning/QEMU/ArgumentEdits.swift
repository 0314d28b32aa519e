/// Changes to a command line that leave every word they do not name as it was.
package struct ArgumentEdits: Equatable, Sendable {
    private var replacements: [Int: [ByteString]] = [:]
    private var inserted: [ByteString] = []

    package init() {}

    /// Puts other words in an option's place.
    package mutating func replace(_ option: ArgumentVector.Option, with words: [ByteString]) {
        for index in option.range { replacements[index] = [] }
        replacements[option.index] = words
    }

    package mutating func remove(_ option: ArgumentVector.Option) {
        replace(option, with: [])
    }

    /// Keeps the option's own word, dashes and all, and changes its value.
    package mutating func replaceValue(of option: ArgumentVector.Option, with value: ByteString) {
        replacements[option.index + 1] = [value]
    }

    /// Adds an option right behind the program's name: there no option in front of it can take it
    /// for its value.
    package mutating func insert(_ name: ByteString, _ value: ByteString) {
        inserted += [name, value]
    }

    package func applied(to vector: ArgumentVector) -> [ByteString] {
        vector.arguments.indices.flatMap { index -> [ByteString] in
            let words = replacements[index] ?? [vector.arguments[index]]
            return index == 0 ? words + inserted : words
        }
    }
}

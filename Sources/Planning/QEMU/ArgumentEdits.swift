/// Changes to a command line that leave every word they do not name as it was.
package struct ArgumentEdits: Equatable, Sendable {
    /// What stands there instead, by a word's place.
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

/// Changes to a command line that leave every word they do not name as it was.
package struct ArgumentEdits: Equatable, Sendable {
    /// Few, so that looking through them costs less than a table would; the last one counts.
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
            let words = index == option.index ? words : []
            replacements.append(Replacement(index: index, words: words))
        }
    }

    package mutating func remove(_ option: ArgumentVector.Option) {
        replace(option, with: [])
    }

    /// Keeps the option's own word, dashes and all, and changes its value.
    package mutating func replaceValue(of option: ArgumentVector.Option, with value: ByteString) {
        replacements.append(Replacement(index: option.index + 1, words: [value]))
    }

    /// Adds an option right behind the program's name: there no option in front of it can take it
    /// for its value.
    package mutating func insert(_ name: ByteString, _ value: ByteString) {
        inserted += [name, value]
    }

    package func applied(to vector: ArgumentVector) -> [ByteString] {
        var words: [ByteString] = []
        words.reserveCapacity(vector.arguments.count + inserted.count)
        for (index, word) in vector.arguments.enumerated() {
            if let replacement = replacements.last(where: { $0.index == index }) {
                words += replacement.words
            } else {
                words.append(word)
            }
            if index == 0 { words += inserted }
        }
        return words
    }
}

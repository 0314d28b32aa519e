/// The words of a Swift source outside of its comments and of the text of its strings.
struct SwiftSource {
    struct Word: Hashable {
        let text: String
        /// How many braces are open around it.
        let depth: Int
        /// After a dot: a member of something, whose name says nothing by itself.
        let isMember: Bool
        /// Right before a bracket: a call, or the name of a function.
        let isCall: Bool
    }

    private(set) var words: [Word] = []
    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        readCode(until: nil)
    }

    /// - Parameter end: the bracket that ends the code in a string; `nil` for a whole file.
    private mutating func readCode(until end: UInt8?) {
        var brackets = 0
        while index < bytes.count {
            let byte = bytes[index]
            if starts("//") {
                skip { $0 != UInt8(ascii: "\n") }
            } else if starts("/*") {
                skipComment()
            } else if byte == UInt8(ascii: "#"), let hashes = hashesOfString() {
                index += hashes
                readString(hashes)
            } else if byte == UInt8(ascii: "\"") {
                readString(0)
            } else if Self.isWordByte(byte) {
                readWord()
            } else {
                switch byte {
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}"): depth -= 1
                case UInt8(ascii: "("): brackets += 1
                case UInt8(ascii: ")"):
                    brackets -= 1
                    if end != nil, brackets < 0 {
                        index += 1
                        return
                    }
                default: break
                }
                index += 1
            }
        }
    }

    private mutating func readWord() {
        // Two dots and more make a range, not a member.
        let isMember =
            index > 0 && bytes[index - 1] == UInt8(ascii: ".")
            && !(index > 1 && bytes[index - 2] == UInt8(ascii: "."))
        let start = index
        skip(while: Self.isWordByte)
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        let isCall = index < bytes.count && bytes[index] == UInt8(ascii: "(")
        words.append(Word(text: text, depth: depth, isMember: isMember, isCall: isCall))
    }

    /// What an interpolation holds is code.
    private mutating func readString(_ hashes: Int) {
        let isLong = starts("\"\"\"")
        let quotes = String(repeating: "\"", count: isLong ? 3 : 1)
        let end = quotes + String(repeating: "#", count: hashes)
        let escape = "\\" + String(repeating: "#", count: hashes)
        index += quotes.utf8.count
        while index < bytes.count, !starts(end) {
            if starts(escape + "(") {
                index += escape.utf8.count + 1
                readCode(until: UInt8(ascii: ")"))
            } else {
                index += starts(escape) ? escape.utf8.count + 1 : 1
            }
        }
        index += end.utf8.count
    }

    private mutating func skipComment() {
        var open = 0
        repeat {
            if starts("/*") {
                open += 1
                index += 2
            } else if starts("*/") {
                open -= 1
                index += 2
            } else {
                index += 1
            }
        } while open > 0 && index < bytes.count
    }

    private mutating func skip(while isSkipped: (UInt8) -> Bool) {
        while index < bytes.count, isSkipped(bytes[index]) { index += 1 }
    }

    private func starts(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    /// How many `#` stand before a string; `nil` where none follows them.
    private func hashesOfString() -> Int? {
        let hashes = bytes[index...].prefix { $0 == UInt8(ascii: "#") }
        guard hashes.endIndex < bytes.count, bytes[hashes.endIndex] == UInt8(ascii: "\"") else {
            return nil
        }
        return hashes.count
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }
}

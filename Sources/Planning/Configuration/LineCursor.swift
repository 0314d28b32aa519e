/// Walks over the lines of a file; a last line without a line feed counts.
struct LineCursor {
    struct Line {
        /// Without the line feed.
        let range: Range<Int>
        /// Counted from 1.
        let number: Int
        /// Nothing but printable ASCII and tabs: true of almost every line, and no further look
        /// at its bytes is needed then.
        let isPlain: Bool
    }

    private let bytes: [UInt8]
    private var position = 0
    private var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> Line? {
        let count = bytes.count
        guard position < count else { return nil }
        let start = position
        var end = start
        var isPlain = true
        while end < count {
            let byte = bytes[end]
            if byte &- 0x20 > 0x5E {
                if byte == UInt8(ascii: "\n") { break }
                if byte != UInt8(ascii: "\t") { isPlain = false }
            }
            end += 1
        }
        position = end + 1
        number += 1
        return Line(range: start..<end, number: number, isPlain: isPlain)
    }
}

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
        /// Where the last tab stands; `nil` where there is none.
        let lastTab: Int?
    }

    private var position: Int
    private var number: Int
    private let end: Int

    /// - Parameters:
    ///   - range: whole lines of the file.
    ///   - number: of the line that `range` begins with.
    init(_ range: Range<Int>, number: Int = 1) {
        position = range.lowerBound
        end = range.upperBound
        self.number = number
    }

    @inline(__always)
    mutating func next(in bytes: Span<UInt8>) -> Line? {
        guard position < end else { return nil }
        let start = position
        var isPlain = true
        var lastTab: Int?
        position = endOfPrintable(bytes, start, end)
        while position < end, bytes[position] != UInt8(ascii: "\n") {
            if bytes[position] == UInt8(ascii: "\t") {
                lastTab = position
            } else {
                isPlain = false
            }
            position = endOfPrintable(bytes, position + 1, end)
        }
        defer {
            position += 1
            number += 1
        }
        return Line(range: start..<position, number: number, isPlain: isPlain, lastTab: lastTab)
    }
}

/// The first place from `start` on that holds no printable ASCII character.
///
/// Looks at eight bytes at a time: a configuration may have a megabyte, and is read at every launch.
@inline(__always)
private func endOfPrintable(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    while index + 8 <= end {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: index,
            as: UInt64.self
        ).littleEndian
        let other = highBitsOfOtherThanPrintable(word)
        guard other == 0 else { return index + other.trailingZeroBitCount / 8 }
        index += 8
    }
    while index < end, bytes[index] &- 0x20 <= 0x5E { index += 1 }
    return index
}

/// The highest bit of each byte that is no printable ASCII character; right up to the lowest such
/// byte, above which a borrow may have gone.
@inline(__always)
private func highBitsOfOtherThanPrintable(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let belowSpace = (word &- (ones &* 0x20)) & ~word
    let notDelete = word ^ (ones &* 0x7F)
    let isDelete = (notDelete &- ones) & ~notDelete
    return (belowSpace | isDelete | word) & (ones &* 0x80)
}

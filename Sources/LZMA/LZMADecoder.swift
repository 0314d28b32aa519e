/// A decoder for LZMA as edk2 uses it: the "alone" format, whose header tells properties and size.
///
/// Written for untrusted input: its memory is bounded by the caller's limit, it looks nothing up
/// outside of what it has decoded, and it ends where the input does. The bytes can be decoded a
/// part at a time, because what identifies a build is near their start.
///
/// Source: the LZMA specification of the LZMA SDK.
package struct LZMADecoder {
    /// All that was decoded so far, which is also the dictionary.
    package private(set) var output: [UInt8] = []
    /// How many bytes the header promises, held to the limit.
    package let byteCount: Int
    private let isLimited: Bool

    private var probabilities: [UInt16]
    private var steps: LZMASteps

    /// - Parameters:
    ///   - input: starts with the header.
    ///   - limit: of the output, in bytes.
    package init(_ input: Span<UInt8>, limit: Int) throws(LZMAFault) {
        let header = try LZMAHeader(input)
        byteCount = min(header.byteCount, limit)
        isLimited = header.byteCount > limit
        steps = try LZMASteps(header, input)
        probabilities = [UInt16](repeating: 1024, count: Model.count(header.properties))
    }

    /// Decodes until there are `count` bytes, or all that there are. The last match may bring up to
    /// 272 bytes more.
    package mutating func decode(upTo count: Int, from input: Span<UInt8>) throws(LZMAFault) {
        try steps.run(upTo: min(count, byteCount), &output, &probabilities, input)
    }

    /// Whether all is decoded, and the data ends here: what was packed came to the size that the
    /// header promises, no more and no less. A flipped bit anywhere before nearly always shows here,
    /// because nothing after it comes out right.
    ///
    /// edk2 `LzDec.c`, LZMA_FINISH_END: either the entropy decoder has nothing left, or a mark says
    /// that this is the end.
    package mutating func finish(from input: Span<UInt8>) throws(LZMAFault) {
        guard !isLimited else { return }
        guard output.count == byteCount else { throw .wrongSize }
        if !steps.isAtEnd, !steps.isFinished {
            try steps.run(upTo: byteCount + 1, &output, &probabilities, input)
            guard steps.isAtEnd, output.count == byteCount else { throw .wrongSize }
        }
        guard steps.isFinished else { throw .wrongSize }
    }
}

/// Where in the work a decoder is, apart from what it has decoded and from its model. A small value of
/// its own, so that it stays in the processor's registers.
private struct LZMASteps {
    /// How many bytes are decoded.
    private(set) var count = 0
    private(set) var isAtEnd = false
    private var coder: RangeCoder
    private var state = 0
    /// The last four distances, nearest first, each less one.
    private var distances = (0, 0, 0, 0)

    private let literalContextBits: Int
    private let literalPositionMask: Int
    private let positionMask: Int
    /// No match may lead further back, even if there is more: edk2's decoder refuses that.
    private let dictionaryByteCount: Int

    /// Whether what was read is all that there is to decode.
    var isFinished: Bool { coder.isFinished }

    init(_ header: LZMAHeader, _ input: Span<UInt8>) throws(LZMAFault) {
        literalContextBits = header.properties % 9
        literalPositionMask = 1 << (header.properties / 9 % 5) - 1
        positionMask = 1 << (header.properties / 45) - 1
        dictionaryByteCount = header.dictionaryByteCount
        coder = try RangeCoder(input, at: LZMAHeader.byteCount)
    }

    mutating func run(
        upTo end: Int,
        _ output: inout [UInt8],
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) throws(LZMAFault) {
        // A copy, which the optimizer need not write back at every bit.
        var steps = self
        defer { self = steps }
        try steps.decode(upTo: end, &output, &model, input)
    }

    private mutating func decode(
        upTo end: Int,
        _ output: inout [UInt8],
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) throws(LZMAFault) {
        while count < end, !isAtEnd {
            let position = count & positionMask
            if coder.bit(Model.isMatch + state << 4 + position, &model, input) == 0 {
                decodeLiteral(&output, &model, input)
            } else {
                let length = try decodeMatch(position, &model, input)
                if !isAtEnd { try copy(length, &output) }
            }
            if coder.isExhausted { throw .truncated }
        }
    }

    @inline(__always)
    private mutating func decodeLiteral(
        _ output: inout [UInt8],
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) {
        let previous = count > 0 ? Int(output[count - 1]) : 0
        let context =
            (count & literalPositionMask) << literalContextBits
            + previous >> (8 - literalContextBits)
        let base = Model.literal + 0x300 * context
        var symbol = 1
        if state >= 7, count > distances.0 {
            // As long as its bits are those of the byte that the last match would bring next.
            var matched = Int(output[count - distances.0 - 1]) << 1
            var same = 0x100
            while symbol < 0x100 {
                let expected = matched & same
                matched <<= 1
                let found = coder.evenBit(base + same + expected + symbol, &model, input)
                symbol = symbol << 1 | found
                same &= found == 1 ? expected : ~expected
            }
        } else {
            while symbol < 0x100 {
                symbol = symbol << 1 | coder.evenBit(base + symbol, &model, input)
            }
        }
        output.append(UInt8(truncatingIfNeeded: symbol))
        count += 1
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
    }

    /// - Returns: how many bytes it brings.
    @inline(__always)
    private mutating func decodeMatch(
        _ position: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) throws(LZMAFault) -> Int {
        if coder.bit(Model.isRepeat + state, &model, input) == 1 {
            return try decodeRepeat(position, &model, input)
        }
        distances = (0, distances.0, distances.1, distances.2)
        let length = decodeLength(Model.matchLength, position, &model, input)
        state = state < 7 ? 7 : 10
        distances.0 = decodeDistance(length, &model, input)
        if distances.0 == 0xFFFF_FFFF {
            isAtEnd = true
        } else if distances.0 >= dictionaryByteCount, count >= dictionaryByteCount {
            throw .corrupt
        }
        return length + 2
    }

    /// The length of a match at one of the last distances.
    @inline(__always)
    private mutating func decodeRepeat(
        _ position: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) throws(LZMAFault) -> Int {
        guard count > 0 else { throw .corrupt }
        if coder.bit(Model.isRepeat0 + state, &model, input) == 0 {
            if coder.bit(Model.isRepeat0Long + state << 4 + position, &model, input) == 0 {
                state = state < 7 ? 9 : 11
                return 1
            }
        } else if coder.bit(Model.isRepeat1 + state, &model, input) == 0 {
            distances = (distances.1, distances.0, distances.2, distances.3)
        } else if coder.bit(Model.isRepeat2 + state, &model, input) == 0 {
            distances = (distances.2, distances.0, distances.1, distances.3)
        } else {
            distances = (distances.3, distances.0, distances.1, distances.2)
        }
        state = state < 7 ? 8 : 11
        return decodeLength(Model.repeatLength, position, &model, input) + 2
    }

    @inline(__always)
    private mutating func copy(
        _ length: Int,
        _ output: inout [UInt8],
    ) throws(LZMAFault) {
        var source = count - distances.0 - 1
        guard source >= 0 else { throw .corrupt }
        for _ in 0..<length {
            output.append(output[source])
            source += 1
        }
        count += length
    }

    @inline(__always)
    private mutating func decodeLength(
        _ base: Int,
        _ position: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) -> Int {
        if coder.bit(base, &model, input) == 0 {
            return tree(base + Model.Length.low + position << 3, bits: 3, &model, input)
        }
        if coder.bit(base + 1, &model, input) == 0 {
            return 8 + tree(base + Model.Length.middle + position << 3, bits: 3, &model, input)
        }
        return 16 + tree(base + Model.Length.high, bits: 8, &model, input)
    }

    @inline(__always)
    private mutating func decodeDistance(
        _ length: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) -> Int {
        let slot = tree(Model.slot + min(length, 3) << 6, bits: 6, &model, input)
        guard slot >= 4 else { return slot }
        let bits = slot >> 1 - 1
        let base = (2 | slot & 1) << bits
        if slot < 14 {
            return base + reverseTree(Model.special + base - slot, bits: bits, &model, input)
        }
        let direct = coder.direct(bits: bits - 4, input) << 4
        return base + direct + reverseTree(Model.align, bits: 4, &model, input)
    }

    @inline(__always)
    private mutating func tree(
        _ base: Int,
        bits: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) -> Int {
        var symbol = 1
        for _ in 0..<bits { symbol = symbol << 1 | coder.evenBit(base + symbol, &model, input) }
        return symbol - 1 << bits
    }

    @inline(__always)
    private mutating func reverseTree(
        _ base: Int,
        bits: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) -> Int {
        var symbol = 1
        var value = 0
        for index in 0..<bits {
            let bit = coder.evenBit(base + symbol, &model, input)
            symbol = symbol << 1 | bit
            value |= bit << index
        }
        return value
    }
}

/// Why bytes are not LZMA, or not all of it.
package enum LZMAFault: Error, Hashable, Sendable {
    case truncated
    case unknownProperties
    case corrupt
    /// What is packed is not of the size that the header promises.
    case wrongSize
}

/// The header of the "alone" format: properties, the dictionary's size, the size when unpacked.
package struct LZMAHeader {
    let properties: Int
    let dictionaryByteCount: Int
    /// `Int.max` if the header leaves it open.
    let byteCount: Int

    static let byteCount = 13

    init(_ input: Span<UInt8>) throws(LZMAFault) {
        guard input.count >= Self.byteCount else { throw .truncated }
        let properties = Int(input[0])
        guard properties < 9 * 5 * 5 else { throw .unknownProperties }
        self.properties = properties
        // The least that LZMA has, whatever is written (LZMA_DIC_MIN).
        dictionaryByteCount = max(Int(input.number(in: 1..<5)), 1 << 12)
        byteCount = Int(clamping: input.number(in: 5..<13))
    }

    /// Whether a decoder would begin.
    package static func check(_ input: Span<UInt8>) throws(LZMAFault) {
        let header = try LZMAHeader(input)
        _ = try RangeCoder(input, at: Self.byteCount)
        // edk2 takes 32 bits of it (LzmaDecompress.c), and has no use for a size that is left open.
        guard 1...Int(UInt32.max) ~= header.byteCount else { throw .wrongSize }
    }
}

/// Where each part of the model has its probabilities in their one array.
private enum Model {
    static let isMatch = 0
    static let isRepeat = isMatch + 12 << 4
    static let isRepeat0 = isRepeat + 12
    static let isRepeat1 = isRepeat0 + 12
    static let isRepeat2 = isRepeat1 + 12
    static let isRepeat0Long = isRepeat2 + 12
    static let slot = isRepeat0Long + 12 << 4
    static let special = slot + 4 << 6
    static let align = special + 115
    static let matchLength = align + 16
    static let repeatLength = matchLength + Length.count
    static let literal = repeatLength + Length.count

    /// Within one of the two length decoders, after its two choices.
    enum Length {
        static let low = 2
        static let middle = low + 16 << 3
        static let high = middle + 16 << 3
        static let count = high + 256
    }

    /// How many probabilities there are, with the literals', of which the properties tell.
    static func count(_ properties: Int) -> Int {
        literal + 0x300 << (properties % 9 + properties / 9 % 5)
    }
}

/// The entropy decoder below LZMA: one bit at a time, each by an adaptive probability.
struct RangeCoder {
    private var range: UInt32 = .max
    private var code: UInt32 = 0
    private var position: Int
    /// Whether it wanted more bytes than there are. It goes on with zeros, so the caller needs to
    /// look only now and then.
    private(set) var isExhausted = false

    /// Whether what was read is all that there is to decode.
    var isFinished: Bool { code == 0 }

    init(_ input: Span<UInt8>, at offset: Int) throws(LZMAFault) {
        guard input.count >= offset + 5 else { throw .truncated }
        guard input[offset] == 0 else { throw .corrupt }
        position = offset + 1
        for _ in 0..<4 { code = code << 8 | next(input) }
        guard code < range else { throw .corrupt }
    }

    /// A bit that is often what was expected.
    @inline(__always)
    mutating func bit(
        _ index: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) -> Int {
        let probability = model[index]
        // A probability stays between 31 and 2017, so the bound is inside of the range.
        let bound = (range >> 11) &* UInt32(probability)
        let bit: Int
        if code < bound {
            range = bound
            model[index] = probability &+ (2048 &- probability) >> 5
            bit = 0
        } else {
            range &-= bound
            code &-= bound
            model[index] = probability &- probability >> 5
            bit = 1
        }
        refill(input)
        return bit
    }

    /// The same for a bit that may be either: without a branch, which the processor could only guess.
    @inline(__always)
    mutating func evenBit(
        _ index: Int,
        _ model: inout [UInt16],
        _ input: Span<UInt8>,
    ) -> Int {
        let probability = UInt32(model[index])
        let bound = (range >> 11) &* probability
        // All ones for a bit of 0, else nothing.
        let zero = UInt32(truncatingIfNeeded: (Int64(code) &- Int64(bound)) >> 32)
        range = (bound & zero) | ((range &- bound) & ~zero)
        code = code &- (bound & ~zero)
        // 2048 - p, or 31 - p, which the shift rounds down to what -(p >> 5) is.
        let goal = (2048 & zero) | (31 & ~zero)
        let change = Int32(bitPattern: goal &- probability) >> 5
        model[index] = UInt16(truncatingIfNeeded: Int32(bitPattern: probability) &+ change)
        refill(input)
        return Int(zero &+ 1)
    }

    /// Bits of even probability, the highest first.
    @inline(__always)
    mutating func direct(bits: Int, _ input: Span<UInt8>) -> Int {
        var value = 0
        for _ in 0..<bits {
            range >>= 1
            let zero = UInt32(truncatingIfNeeded: (Int64(code) &- Int64(range)) >> 32)
            code = code &- (range & ~zero)
            value = value << 1 | Int(zero &+ 1)
            refill(input)
        }
        return value
    }

    @inline(__always)
    private mutating func refill(_ input: Span<UInt8>) {
        guard range < 1 << 24 else { return }
        range <<= 8
        code = code << 8 | next(input)
    }

    @inline(__always)
    private mutating func next(_ input: Span<UInt8>) -> UInt32 {
        guard position < input.count else {
            isExhausted = true
            return 0
        }
        position &+= 1
        return UInt32(input[position &- 1])
    }
}

extension Span<UInt8> {
    /// The lowest byte first.
    fileprivate func number(in range: Range<Int>) -> UInt64 {
        range.reversed().reduce(0) { $0 << 8 | UInt64(self[$1]) }
    }
}

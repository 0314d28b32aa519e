/// A decoder for LZMA as edk2 uses it: the "alone" format, whose header tells properties and size.
///
/// Written for untrusted input: its memory is bounded by the caller's limit, it looks nothing up
/// outside of what it has decoded, and it ends where the input does. The bytes can be decoded a
/// part at a time, because what identifies a build is near their start.
///
/// Source: the LZMA specification of the LZMA SDK.
struct LZMADecoder {
    /// All that was decoded so far, which is also the dictionary.
    private(set) var output: [UInt8] = []
    /// How many bytes the header promises, held to the limit.
    let byteCount: Int
    private let isLimited: Bool
    /// No match may lead further back, even if there is more: edk2's decoder refuses that.
    private let dictionaryByteCount: Int

    private var coder: RangeCoder
    private var probabilities: [UInt16]
    private let literalContextBits: Int
    private let literalPositionMask: Int
    private let positionMask: Int
    private var state = 0
    /// The last four distances, nearest first, each less one.
    private var distances = (0, 0, 0, 0)
    private var isAtEnd = false

    /// - Parameters:
    ///   - input: starts with the header.
    ///   - limit: of the output, in bytes.
    init(_ input: Span<UInt8>, limit: Int) throws(LZMAFault) {
        let header = try LZMAHeader(input)
        let properties = header.properties
        literalContextBits = properties % 9
        literalPositionMask = 1 << (properties / 9 % 5) - 1
        positionMask = 1 << (properties / 45) - 1
        byteCount = min(header.byteCount, limit)
        isLimited = header.byteCount > limit
        dictionaryByteCount = header.dictionaryByteCount
        let literalCount = 0x300 << (literalContextBits + properties / 9 % 5)
        probabilities = [UInt16](repeating: 1024, count: Model.literal + literalCount)
        coder = try RangeCoder(input, at: LZMAHeader.byteCount)
    }

    /// Decodes until there are `count` bytes, or all that there are. The last match may bring up to
    /// 272 bytes more.
    mutating func decode(upTo count: Int, from input: Span<UInt8>) throws(LZMAFault) {
        let count = min(count, byteCount)
        output.reserveCapacity(count)
        while output.count < count, !isAtEnd {
            try decodeOne(from: input)
            if coder.isExhausted { throw .truncated }
        }
    }

    /// Whether all is decoded, and the data ends here: what was packed came to the size that the
    /// header promises, no more and no less. A flipped bit anywhere before nearly always shows here,
    /// because nothing after it comes out right.
    ///
    /// edk2 `LzDec.c`, LZMA_FINISH_END: either the entropy decoder has nothing left, or a mark says
    /// that this is the end.
    mutating func finish(from input: Span<UInt8>) throws(LZMAFault) {
        guard !isLimited else { return }
        guard output.count == byteCount else { throw .wrongSize }
        if !isAtEnd, !coder.isFinished {
            try decodeOne(from: input)
            guard isAtEnd, output.count == byteCount else { throw .wrongSize }
        }
        guard coder.isFinished else { throw .wrongSize }
    }

    private mutating func decodeOne(from input: Span<UInt8>) throws(LZMAFault) {
        let position = output.count & positionMask
        guard bit(Model.isMatch + state << 4 + position, input) == 1 else {
            decodeLiteral(input)
            return
        }
        let length: Int
        if bit(Model.isRepeat + state, input) == 1 {
            guard let repeated = try decodeRepeat(position, input) else { return }
            length = repeated
        } else {
            distances = (0, distances.0, distances.1, distances.2)
            length = decodeLength(Model.matchLength, position, input)
            state = state < 7 ? 7 : 10
            distances.0 = decodeDistance(length, input)
            if distances.0 == 0xFFFF_FFFF {
                isAtEnd = true
                return
            }
            guard distances.0 < dictionaryByteCount || output.count < dictionaryByteCount else {
                throw .corrupt
            }
        }
        try copy(length + 2)
    }

    /// The length of a match at one of the last distances; `nil` if it was a single byte.
    private mutating func decodeRepeat(
        _ position: Int,
        _ input: Span<UInt8>,
    ) throws(LZMAFault) -> Int? {
        guard !output.isEmpty else { throw .corrupt }
        if bit(Model.isRepeat0 + state, input) == 0 {
            if bit(Model.isRepeat0Long + state << 4 + position, input) == 0 {
                state = state < 7 ? 9 : 11
                try copy(1)
                return nil
            }
        } else if bit(Model.isRepeat1 + state, input) == 0 {
            distances = (distances.1, distances.0, distances.2, distances.3)
        } else if bit(Model.isRepeat2 + state, input) == 0 {
            distances = (distances.2, distances.0, distances.1, distances.3)
        } else {
            distances = (distances.3, distances.0, distances.1, distances.2)
        }
        state = state < 7 ? 8 : 11
        return decodeLength(Model.repeatLength, position, input)
    }

    private mutating func copy(_ length: Int) throws(LZMAFault) {
        let start = output.count - distances.0 - 1
        guard start >= 0 else { throw .corrupt }
        for index in start..<start + length {
            output.append(output[index])
        }
    }

    private mutating func decodeLiteral(_ input: Span<UInt8>) {
        let previous = Int(output.last ?? 0)
        let context =
            (output.count & literalPositionMask) << literalContextBits
            + previous >> (8 - literalContextBits)
        let base = Model.literal + 0x300 * context
        var symbol = 1
        if state >= 7, output.count > distances.0 {
            var matched = Int(output[output.count - distances.0 - 1])
            while symbol < 0x100 {
                let expected = matched >> 7 & 1
                matched <<= 1
                let found = bit(base + (1 + expected) << 8 + symbol, input)
                symbol = symbol << 1 | found
                if expected != found { break }
            }
        }
        while symbol < 0x100 { symbol = symbol << 1 | bit(base + symbol, input) }
        output.append(UInt8(truncatingIfNeeded: symbol))
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
    }

    private mutating func decodeLength(_ base: Int, _ position: Int, _ input: Span<UInt8>) -> Int {
        if bit(base, input) == 0 {
            return tree(base + Model.Length.low + position << 3, bits: 3, input)
        }
        if bit(base + 1, input) == 0 {
            return 8 + tree(base + Model.Length.middle + position << 3, bits: 3, input)
        }
        return 16 + tree(base + Model.Length.high, bits: 8, input)
    }

    private mutating func decodeDistance(_ length: Int, _ input: Span<UInt8>) -> Int {
        let slot = tree(Model.slot + min(length, 3) << 6, bits: 6, input)
        guard slot >= 4 else { return slot }
        let bits = slot >> 1 - 1
        let base = (2 | slot & 1) << bits
        if slot < 14 {
            return base + reverseTree(Model.special + base - slot, bits: bits, input)
        }
        let direct = coder.direct(bits: bits - 4, input) << 4
        return base + direct + reverseTree(Model.align, bits: 4, input)
    }

    private mutating func tree(_ base: Int, bits: Int, _ input: Span<UInt8>) -> Int {
        var symbol = 1
        for _ in 0..<bits { symbol = symbol << 1 | bit(base + symbol, input) }
        return symbol - 1 << bits
    }

    private mutating func reverseTree(_ base: Int, bits: Int, _ input: Span<UInt8>) -> Int {
        var symbol = 1
        var value = 0
        for index in 0..<bits {
            let bit = bit(base + symbol, input)
            symbol = symbol << 1 | bit
            value |= bit << index
        }
        return value
    }

    private mutating func bit(_ index: Int, _ input: Span<UInt8>) -> Int {
        coder.bit(&probabilities[index], input)
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
struct LZMAHeader {
    let properties: Int
    let dictionaryByteCount: Int
    /// `Int.max` if the header leaves it open.
    let byteCount: Int

    static let byteCount = 13

    init(_ input: Span<UInt8>) throws(LZMAFault) {
        guard let properties = input.uint8(at: 0).map(Int.init),
            let dictionary = input.uint32(at: 1), let size = input.uint64(at: 5)
        else { throw .truncated }
        guard properties < 9 * 5 * 5 else { throw .unknownProperties }
        self.properties = properties
        // The least that LZMA has, whatever is written (LZMA_DIC_MIN).
        dictionaryByteCount = max(Int(dictionary), 1 << 12)
        byteCount = Int(clamping: size)
    }

    /// Whether a decoder would begin.
    static func check(_ input: Span<UInt8>) throws(LZMAFault) {
        let header = try LZMAHeader(input)
        _ = try RangeCoder(input, at: Self.byteCount)
        guard header.byteCount > 0 else { throw .wrongSize }
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
        guard input.holds(5, at: offset) else { throw .truncated }
        guard input[offset] == 0 else { throw .corrupt }
        position = offset + 1
        for _ in 0..<4 { code = code << 8 | next(input) }
        guard code < range else { throw .corrupt }
    }

    mutating func bit(_ probability: inout UInt16, _ input: Span<UInt8>) -> Int {
        // A probability stays between 31 and 2017, so the bound is inside of the range.
        let bound = (range >> 11) &* UInt32(probability)
        let bit: Int
        if code < bound {
            range = bound
            probability += (2048 - probability) >> 5
            bit = 0
        } else {
            range -= bound
            code -= bound
            probability -= probability >> 5
            bit = 1
        }
        if range < 1 << 24 {
            range <<= 8
            code = code << 8 | next(input)
        }
        return bit
    }

    /// Bits of even probability, the highest first.
    mutating func direct(bits: Int, _ input: Span<UInt8>) -> Int {
        var value = 0
        for _ in 0..<bits {
            range >>= 1
            let bit = code >= range ? 1 : 0
            if bit == 1 { code -= range }
            value = value << 1 | bit
            if range < 1 << 24 {
                range <<= 8
                code = code << 8 | next(input)
            }
        }
        return value
    }

    private mutating func next(_ input: Span<UInt8>) -> UInt32 {
        guard position < input.count else {
            isExhausted = true
            return 0
        }
        position += 1
        return UInt32(input[position - 1])
    }
}

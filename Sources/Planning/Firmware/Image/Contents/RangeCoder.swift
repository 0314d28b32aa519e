/// The entropy decoder below LZMA: one bit at a time, each by an adaptive probability.
struct RangeCoder {
    private var range: UInt32 = .max
    private var code: UInt32 = 0
    private var position: Int
    /// Whether it wanted more bytes than there are. It goes on with zeros, so the caller needs to
    /// look only now and then.
    private(set) var isExhausted = false

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

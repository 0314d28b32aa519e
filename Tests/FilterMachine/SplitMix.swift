/// A small generator whose runs can be repeated (SplitMix64).
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Arguments that are often small, often flags, and sometimes anything.
    package mutating func arguments() -> [UInt64] { (0..<6).map { _ in value() } }

    package mutating func value() -> UInt64 {
        switch next() % 4 {
        case 0: next() % 4
        case 1: 1 << (next() % 64)
        case 2: 0xFFFF_FFFF
        default: next()
        }
    }
}

internal import Planning

/// The calls and arguments at which a filter could go wrong.
enum BoundarySamples {
    typealias Architecture = FilterProgram.Architecture

    /// Every number that has a meaning or may get one, in x86_64 and with the bit of x32, and the
    /// edges of those that never will.
    static let numbers: [UInt32] = {
        let used: [UInt32] = Array(0...1_100)
        let edges: [UInt32] = [
            0x1000, 0xFFFF, 0x0100_0000, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xBFFF_FFFF,
            0xC000_0000, .max - 1, .max,
        ]
        return used + edges + used.map { Architecture.x32Bit | $0 }
    }()

    /// The native ABI, i386's, and two that no x86 kernel has: aarch64's, and none.
    static let architectures: [UInt32] = [
        Architecture.x86_64, Architecture.i386, 0xC000_00B7, 0,
    ]

    /// Arguments that tell apart nothing that anybody would ask for, and so must change nothing.
    static let plain: [[UInt64]] = [
        [0, 0, 0, 0, 0, 0],
        [.max, .max, .max, .max, .max, .max],
        [0xDEAD_BEEF_0000_0001, 2, 0xFFFF_FFFF, 1 << 31, 1 << 32, 1 << 63],
    ]

    /// For each row the arguments that it speaks of, and then each argument that some row asks for
    /// moved over its boundaries, one at a time.
    static func arguments(around rules: [SyscallRule]) -> [[UInt64]] {
        var bases = plain
        for rule in rules where !rule.checks.isEmpty {
            for base in plain {
                var arguments = base
                for check in rule.checks {
                    let kept = arguments[check.index] & ~check.mask
                    arguments[check.index] = kept | check.value
                }
                bases.append(arguments)
            }
        }
        var samples = bases
        let checks = Set(rules.flatMap(\.checks))
        for (index, checks) in Dictionary(grouping: checks, by: \.index) {
            let values = Set(checks.flatMap(boundaries))
            // Bases that differ in this argument alone are one here.
            let others = Set(
                bases.map { base in
                    var others = base
                    others[index] = 0
                    return others
                }
            )
            for base in others {
                for value in values {
                    var arguments = base
                    arguments[index] = value
                    samples.append(arguments)
                }
            }
        }
        return samples
    }

    /// The value, its neighbours, each bit of the mask turned, and whatever the mask lets pass in the
    /// other bits, those of the high half among them.
    private static func boundaries(of check: ArgumentCheck) -> [UInt64] {
        let (value, mask) = (check.value, check.mask)
        let garbage: UInt64 = 0xA5A5_A5A5_5A5A_5A5A
        var values = [
            value, value &+ 1, value &- 1, ~value, mask, ~mask, value | ~mask,
            value | garbage & ~mask, value | 1 << 32, value | 1 << 63, value | 0xFFFF_FFFF << 32,
            value ^ 1 << 31, value ^ 1 << 32,
        ]
        for bit in 0..<UInt64.bitWidth where mask & 1 << bit != 0 {
            values.append(value ^ 1 << bit)
        }
        return values
    }
}

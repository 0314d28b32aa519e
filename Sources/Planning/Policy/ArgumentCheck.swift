/// A condition on one argument of a system call: the argument, masked, equals a value.
///
/// There is no ordered comparison on purpose: libseccomp 2.5.4 to 2.6.1 compiles two of them on one
/// argument into a program that allows too much.
package struct ArgumentCheck: Hashable, Sendable {
    /// Which argument, 0 to 5.
    package let index: Int
    package let mask: UInt64
    package let value: UInt64

    /// Holds where `argument & mask == value`; bits of `value` outside `mask` are ignored.
    package init(argument index: Int, masked mask: UInt64, equals value: UInt64) {
        self.index = min(max(index, 0), 5)
        self.mask = mask
        self.value = value & mask
    }

    package func holds(for arguments: [UInt64]) -> Bool {
        index < arguments.count && arguments[index] & mask == value
    }
}

extension ArgumentCheck {
    /// For an `int` or `unsigned int`: the kernel reads the low half of the register and ignores
    /// the rest, so the check does too.
    package static func int(_ index: Int, equals value: UInt32) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: 0xFFFF_FFFF, equals: UInt64(value))
    }

    /// For flags: none of `bits` is set.
    package static func flags(_ index: Int, without bits: UInt64) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: bits, equals: 0)
    }

    /// For flags: all of `present` are set and none of `absent`.
    package static func flags(
        _ index: Int,
        with present: UInt64,
        without absent: UInt64
    ) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: present | absent, equals: present)
    }
}

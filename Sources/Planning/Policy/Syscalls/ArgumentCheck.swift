/// A condition on one argument of a system call: the argument, masked, equals a value.
///
/// There is no ordered comparison on purpose: libseccomp 2.5.4 to 2.6.1 compiles two of them on one
/// argument into a program that allows too much.
package struct ArgumentCheck: Hashable, Sendable {
    /// Which argument, 0 to 5.
    package let index: Int
    package let mask: UInt64
    package let value: UInt64
    /// The value stands for the process ID of the VM, which is known only at its start.
    package let meansOwnProcess: Bool

    /// Holds if `argument & mask == value`; bits of `value` outside `mask` are ignored.
    package init(argument index: Int, masked mask: UInt64, equals value: UInt64) {
        self.init(index, mask, value, meansOwnProcess: false)
    }

    private init(_ index: Int, _ mask: UInt64, _ value: UInt64, meansOwnProcess: Bool) {
        self.index = min(max(index, 0), 5)
        self.mask = mask
        self.value = value & mask
        self.meansOwnProcess = meansOwnProcess
    }

    package func holds(for arguments: [UInt64]) -> Bool {
        index < arguments.count && arguments[index] & mask == value
    }
}

extension ArgumentCheck {
    /// As a condition in C: `a0 == 0x23`, `a1 & 0x8 == 0x8`.
    package var summary: String {
        if meansOwnProcess { return "a\(index) == own process" }
        let left =
            mask == .max || mask == 0xFFFF_FFFF ? "a\(index)" : "a\(index) & \(hexadecimal(mask))"
        return "\(left) == \(hexadecimal(value))"
    }
}

extension ArgumentCheck {
    /// What stands for the process ID until it is known: one above the highest that Linux gives
    /// out (PID_MAX_LIMIT in include/linux/threads.h), so that no process has it.
    package static let unknownProcess: UInt32 = 4_194_304

    /// For a `pid_t`: it is the process that becomes QEMU. A process keeps its ID when it becomes
    /// another program.
    package static func ownProcess(_ index: Int) -> ArgumentCheck {
        ArgumentCheck(index, 0xFFFF_FFFF, UInt64(unknownProcess), meansOwnProcess: true)
    }

    /// The same, with the process ID in its place.
    func resolved(for process: UInt32) -> ArgumentCheck {
        guard meansOwnProcess else { return self }
        return ArgumentCheck(index, mask, UInt64(process), meansOwnProcess: true)
    }

    /// For an `int` or `unsigned int`: the kernel reads the low half of the register and ignores
    /// the rest, so the check does too.
    package static func int(_ index: Int, equals value: UInt32) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: 0xFFFF_FFFF, equals: UInt64(value))
    }

    /// For an `int`, if only some of its bits are compared.
    package static func int(
        _ index: Int,
        masked mask: UInt32,
        equals value: UInt32
    ) -> ArgumentCheck {
        ArgumentCheck(argument: index, masked: UInt64(mask), equals: UInt64(value))
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

extension ArgumentCheck {
    /// The bits of an `ioctl` request that say which driver it is for, from
    /// include/uapi/asm-generic/ioctl.h.
    private static let typeMask: UInt32 = 0x0000_FF00
    /// That data goes to the kernel, and that it comes from there.
    private static let writing: UInt32 = 0x4000_0000
    private static let reading: UInt32 = 0x8000_0000

    /// For `ioctl`: exactly this request.
    static func request(_ number: UInt32) -> ArgumentCheck { .int(1, equals: number) }

    /// For `ioctl`: any request of a driver.
    static func requests(ofType type: UInt8) -> ArgumentCheck {
        .int(1, masked: typeMask, equals: UInt32(type) << 8)
    }

    /// For `ioctl`: those of a driver's requests that hand data to the kernel.
    static func writes(ofType type: UInt8) -> ArgumentCheck {
        .int(1, masked: typeMask | writing, equals: UInt32(type) << 8 | writing)
    }

    /// For `ioctl`: those of a driver's requests that are answered with data.
    static func reads(ofType type: UInt8) -> ArgumentCheck {
        .int(1, masked: typeMask | reading, equals: UInt32(type) << 8 | reading)
    }

    /// For `ioctl`: requests of a driver whose numbers have `bits` set.
    static func requests(ofType type: UInt8, withBits bits: UInt8) -> ArgumentCheck {
        let value = UInt32(type) << 8 | UInt32(bits)
        return .int(1, masked: typeMask | UInt32(bits), equals: value)
    }

    /// For `ioctl`: a run of requests without data whose numbers differ in their last bits only.
    ///
    /// - Parameter count: a power of two; `first` is a multiple of it.
    static func requests(from first: UInt32, count: UInt32) -> ArgumentCheck {
        .int(1, masked: ~(count - 1), equals: first)
    }
}

extension ArgumentCheck {
    /// For the second argument of `socket`.
    static func socketType(_ type: SocketType) -> ArgumentCheck {
        .int(1, masked: SocketType.mask, equals: type.rawValue)
    }
}

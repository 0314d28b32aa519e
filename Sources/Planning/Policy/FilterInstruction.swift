/// One instruction of a classic BPF program, as the kernel's `struct sock_filter`.
package struct FilterInstruction: Hashable, Sendable {
    package let code: UInt16
    /// How many instructions to skip where the comparison holds, and where it does not.
    package let jumpTrue: UInt8
    package let jumpFalse: UInt8
    package let operand: UInt32

    package init(code: UInt16, jumpTrue: UInt8, jumpFalse: UInt8, operand: UInt32) {
        self.code = code
        self.jumpTrue = jumpTrue
        self.jumpFalse = jumpFalse
        self.operand = operand
    }

    /// The accumulator becomes the word at `offset` of the kernel's `struct seccomp_data`.
    static func load(_ offset: UInt32) -> FilterInstruction {
        FilterInstruction(code: Code.load, jumpTrue: 0, jumpFalse: 0, operand: offset)
    }

    static func and(_ mask: UInt32) -> FilterInstruction {
        FilterInstruction(code: Code.and, jumpTrue: 0, jumpFalse: 0, operand: mask)
    }

    static func jump(_ distance: Int) -> FilterInstruction {
        let distance = UInt32(truncatingIfNeeded: distance)
        return FilterInstruction(code: Code.jump, jumpTrue: 0, jumpFalse: 0, operand: distance)
    }

    static func ifEqual(_ value: UInt32, skip: Int, else skipFalse: Int) -> FilterInstruction {
        comparison(Code.jumpIfEqual, value, skip, skipFalse)
    }

    static func ifAtLeast(_ value: UInt32, skip: Int, else skipFalse: Int) -> FilterInstruction {
        comparison(Code.jumpIfAtLeast, value, skip, skipFalse)
    }

    static func returning(_ action: FilterAction) -> FilterInstruction {
        let value = action.returnValue
        return FilterInstruction(code: Code.returning, jumpTrue: 0, jumpFalse: 0, operand: value)
    }

    private static func comparison(
        _ code: UInt16,
        _ value: UInt32,
        _ skip: Int,
        _ skipFalse: Int
    ) -> FilterInstruction {
        FilterInstruction(
            code: code,
            jumpTrue: UInt8(clamping: skip),
            jumpFalse: UInt8(clamping: skipFalse),
            operand: value
        )
    }

    /// Operation codes, from include/uapi/linux/bpf_common.h.
    package enum Code {
        /// BPF_LD | BPF_W | BPF_ABS
        package static let load: UInt16 = 0x20
        /// BPF_ALU | BPF_AND | BPF_K
        package static let and: UInt16 = 0x54
        /// BPF_JMP | BPF_JA
        package static let jump: UInt16 = 0x05
        /// BPF_JMP | BPF_JEQ | BPF_K
        package static let jumpIfEqual: UInt16 = 0x15
        /// BPF_JMP | BPF_JGE | BPF_K
        package static let jumpIfAtLeast: UInt16 = 0x35
        /// BPF_RET | BPF_K
        package static let returning: UInt16 = 0x06
    }
}

/// Writes a program from its end to its beginning.
///
/// Classic BPF jumps only forward, so that every target is known by the time that something jumps
/// to it, and all paths can share the few answers there are.
struct FilterAssembler {
    /// An instruction, counted from the end of the program.
    struct Place: Equatable {
        fileprivate let index: Int
    }

    private var reversed: [FilterInstruction] = []
    private var answers: [(action: FilterAction, place: Place)] = []

    /// How far a comparison reaches; one less than the kernel allows, for the jump that another
    /// target of the same comparison may need.
    private static let reach = Int(UInt8.max) - 1

    init() {
        reversed.reserveCapacity(320)
    }

    var program: [FilterInstruction] { reversed.reversed() }

    /// Where `action` is returned: an earlier place if one is near, else a new one.
    mutating func answer(_ action: FilterAction) -> Place {
        if let index = answers.firstIndex(where: { $0.action == action }) {
            if reversed.count - answers[index].place.index < Self.reach / 2 {
                return answers[index].place
            }
            answers[index].place = append(.returning(action))
            return answers[index].place
        }
        let place = append(.returning(action))
        answers.append((action, place))
        return place
    }

    mutating func load(_ offset: UInt32, then next: Place) -> Place {
        arrive(at: next)
        return append(.load(offset))
    }

    mutating func and(_ mask: UInt32, then next: Place) -> Place {
        arrive(at: next)
        return append(.and(mask))
    }

    mutating func ifEqual(_ value: UInt32, then: Place, else otherwise: Place) -> Place {
        let (then, otherwise) = (near(then), near(otherwise))
        return append(.ifEqual(value, skip: distance(to: then), else: distance(to: otherwise)))
    }

    mutating func ifAtLeast(_ value: UInt32, then: Place, else otherwise: Place) -> Place {
        let (then, otherwise) = (near(then), near(otherwise))
        return append(.ifAtLeast(value, skip: distance(to: then), else: distance(to: otherwise)))
    }

    private mutating func append(_ instruction: FilterInstruction) -> Place {
        reversed.append(instruction)
        return Place(index: reversed.count - 1)
    }

    /// How many instructions the next one would have to skip.
    private func distance(to place: Place) -> Int { reversed.count - 1 - place.index }

    /// A place in reach of a comparison, from which `place` is reached.
    private mutating func near(_ place: Place) -> Place {
        let distance = distance(to: place)
        return distance < Self.reach ? place : append(.jump(distance))
    }

    /// Makes what is appended next be followed by what is at `place`.
    private mutating func arrive(at place: Place) {
        let distance = distance(to: place)
        if distance > 0 { _ = append(.jump(distance)) }
    }
}

/// One instruction of a classic BPF program, as the kernel's `struct sock_filter`.
package struct FilterInstruction: Hashable, Sendable {
    package let code: UInt16
    /// How many instructions to skip if the comparison holds, and if it does not.
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

import Planning
import Testing

struct ArgumentCheckTests {
    @Test func `an int is compared without the register's upper half, as the kernel reads it`() {
        let check = ArgumentCheck.int(1, equals: 3)
        #expect(check.holds(for: [0, 3, 0, 0, 0, 0]))
        #expect(check.holds(for: [0, 0xFFFF_FFFF_0000_0003, 0, 0, 0, 0]))
        #expect(!check.holds(for: [3, 0, 0, 0, 0, 0]))
        #expect(!check.holds(for: [0, 0x1_0000_0004, 0, 0, 0, 0]))
    }

    @Test func `flags are compared bit by bit`() {
        let check = ArgumentCheck.flags(0, with: 0b0110, without: 0b1000)
        #expect(check.holds(for: [0b0110]))
        #expect(check.holds(for: [0b0111]))
        #expect(!check.holds(for: [0b0100]))
        #expect(!check.holds(for: [0b1110]))
        #expect(ArgumentCheck.flags(0, without: 0b10).holds(for: [0b01]))
        #expect(!ArgumentCheck.flags(0, without: 0b10).holds(for: [0b11]))
    }

    @Test func `bits of the value outside the mask do not make it unreachable`() {
        let check = ArgumentCheck(argument: 0, masked: 0xF0, equals: 0xFF)
        #expect(check.value == 0xF0)
        #expect(check.holds(for: [0xF3]))
    }

    @Test(arguments: [Int.min, -1, 6, .max])
    func `an argument that does not exist is taken for the nearest that does`(index: Int) {
        #expect((0...5).contains(ArgumentCheck(argument: index, masked: 1, equals: 1).index))
    }

    @Test func `a missing argument fulfils nothing`() {
        #expect(!ArgumentCheck.int(0, equals: 0).holds(for: []))
    }
}

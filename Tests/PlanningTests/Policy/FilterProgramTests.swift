import FilterVerification
import Planning
import TestSupport
import Testing

/// The compiled filters against the table they are compiled from, call by call.
struct FilterProgramTests {
    typealias Architecture = FilterProgram.Architecture

    /// Every number that has or may get a meaning, and the edges of those that have none.
    static let numbers: [UInt32] =
        Array(0...600) + [1_023, 4_096, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, .max]

    /// What the kernel does with the stack, in the terms of the table.
    private func verdict(
        _ stack: FilterStack,
        _ number: UInt32,
        _ arguments: [UInt64]
    ) throws -> Verdict? {
        func answer(_ program: FilterProgram) throws -> UInt32 {
            try FilterInterpreter(program.instructions)
                .run(architecture: Architecture.x86_64, number: number, arguments: arguments)
        }
        let silent = try stack.silent.map(answer) ?? FilterAction.allow.returnValue
        switch (try answer(stack.recorded), silent) {
        case (0x7FFF_0000, 0x7FFF_0000): return .allow
        case (0x8000_0000, 0x7FFF_0000): return .kill
        case (0x0005_0026, 0x7FFF_0000): return .refuse(.notImplemented, .recorded)
        case (0x0005_0001, 0x7FFF_0000): return .refuse(.notPermitted, .recorded)
        case (0x7FFF_0000, 0x0005_0026): return .refuse(.notImplemented, .silent)
        case (0x7FFF_0000, 0x0005_0001): return .refuse(.notPermitted, .silent)
        default: return nil
        }
    }

    /// Thrown, not expected: an expectation costs more than what it looks at, and there are a
    /// million of these.
    private struct Difference: Error {
        let ruleset: Ruleset
        let number: UInt32
        let arguments: [UInt64]

        init(_ ruleset: Ruleset, _ number: UInt32, _ arguments: [UInt64]) {
            self.ruleset = ruleset
            self.number = number
            self.arguments = arguments
        }
    }

    /// Every value that some check of the ruleset tells apart, and its neighbours.
    private func samples(_ ruleset: Ruleset, _ number: UInt32) -> [[UInt64]] {
        let checks = ruleset.rules.filter { $0.syscall.rawValue == number }.flatMap(\.checks)
        var samples = [[UInt64](repeating: 0, count: 6), [UInt64](repeating: .max, count: 6)]
        for check in checks {
            for value in [
                check.value, ~check.value, check.value ^ 1, check.value ^ (1 << 31),
                check.value ^ (1 << 32), check.value ^ (1 << 63), check.value | ~check.mask,
                check.mask, check.value &+ 1, check.value &- 1,
            ] {
                for sample in samples.prefix(3) {
                    var changed = sample
                    changed[check.index] = value
                    samples.append(changed)
                }
            }
        }
        return samples
    }

    private func compare(_ ruleset: Ruleset) throws {
        let stack = FilterStack(ruleset, mode: .enforce)
        for number in Self.numbers where !(0x4000_0000 ..< .max).contains(number) {
            let isExec = number == 59 || number == 322
            if isExec, ruleset.execution == .once { continue }
            let rows = ruleset.onlyRows(for: number)
            for arguments in samples(rows, number) {
                let expected = rows.verdict(number: number, arguments: arguments)
                let found = try verdict(stack, number, arguments)
                guard found == expected else { throw Difference(rows, number, arguments) }
            }
        }
    }

    @Test(
        arguments: [
            [],
            [("daemonize", nil), ("id", "100"), ("display", "none")],
            [("netdev", "tap,id=n"), ("runas", "nobody"), ("incoming", "tcp:0:1")],
            [("object", "secret_keyring,id=k"), ("object", "can-host-socketcan,id=c")],
        ] as [[(String, ByteString?)]]
    )
    func `a command line's filters say what its table says`(
        options: [(String, ByteString?)]
    ) throws {
        try compare(Ruleset.derived(from: options, spawn: .auto))
        try compare(Ruleset.derived(from: options, spawn: .allow))
    }

    @Test func `the denylist's filters say what its table says`() throws {
        try compare(.denylist)
    }

    @Test func `thousands of random tables are compiled without a difference`() throws {
        var random = SplitMix(seed: 0x5EED)
        for _ in 0..<2_000 { try compareRandom(&random) }
    }

    private func compareRandom(_ random: inout SplitMix) throws {
        let ruleset = Ruleset.random(using: &random)
        let stack = FilterStack(ruleset, mode: .enforce)
        for call in Set(ruleset.rules.map(\.syscall)) {
            let rows = ruleset.onlyRows(for: call.rawValue)
            for arguments in samples(rows, call.rawValue) + [random.arguments()] {
                let expected = rows.verdict(number: call.rawValue, arguments: arguments)
                let found = try verdict(stack, call.rawValue, arguments)
                guard found == expected else { throw Difference(rows, call.rawValue, arguments) }
            }
        }
        for number in [UInt32(random.next() % 472), 472, 0x3FFF_FFFF, .max] {
            let arguments = random.arguments()
            let expected = ruleset.verdict(number: number, arguments: arguments)
            guard try verdict(stack, number, arguments) == expected else {
                throw Difference(ruleset, number, arguments)
            }
        }
    }

    @Test(arguments: [SeccompMode.enforce, .log])
    func `other ABIs end the process, or are recorded, whatever the number`(
        mode: SeccompMode
    ) throws {
        let ruleset = try Ruleset.derived(from: [], spawn: .auto)
        let program = FilterStack(ruleset, mode: mode).recorded
        let machine = FilterInterpreter(program.instructions)
        let expected: UInt32 = mode == .enforce ? 0x8000_0000 : 0x7FFC_0000
        for number in Self.numbers {
            for architecture in [Architecture.i386, 0xC000_00B7, 0] {
                let found = try machine.run(
                    architecture: architecture,
                    number: number,
                    arguments: Array(repeating: 0, count: 6)
                )
                #expect(found == expected)
            }
            guard number < 0x4000_0000 else { continue }
            let found = try machine.run(
                architecture: Architecture.x86_64,
                number: Architecture.x32Bit | number,
                arguments: Array(repeating: 0, count: 6)
            )
            #expect(found == expected)
        }
    }

    @Test func `exec is asked about where it happens once, and not where programs are started`()
        throws
    {
        for call: UInt32 in [59, 322] {
            let once = try Ruleset.derived(from: [("display", "none")], spawn: .deny)
            #expect(try answer(once, .enforce, call) == FilterAction.ask.returnValue)
            #expect(try answer(once, .log, call) == FilterAction.log.returnValue)
            let unlimited = try Ruleset.derived(from: [], spawn: .allow)
            #expect(try answer(unlimited, .enforce, call) == FilterAction.allow.returnValue)
        }
    }

    @Test func `log denies nothing, and does not record what every run does`() throws {
        let ruleset = try Ruleset.derived(from: [], spawn: .auto)
        #expect(FilterStack(ruleset, mode: .log).silent == nil)
        #expect(try answer(ruleset, .log, 435) == FilterAction.allow.returnValue)  // clone3
        #expect(try answer(ruleset, .log, 165) == FilterAction.log.returnValue)  // mount
        #expect(try answer(ruleset, .log, 1_000) == FilterAction.log.returnValue)
        for number in Self.numbers {
            let found = try answer(ruleset, .log, number)
            #expect(found == 0x7FFF_0000 || found == 0x7FFC_0000)
        }
    }

    private func answer(_ ruleset: Ruleset, _ mode: SeccompMode, _ number: UInt32) throws -> UInt32
    {
        try FilterInterpreter(FilterStack(ruleset, mode: mode).recorded.instructions).run(
            architecture: Architecture.x86_64,
            number: number,
            arguments: Array(repeating: 0, count: 6)
        )
    }

    @Test func `hot calls are answered without a look at their arguments`() throws {
        // The kernel keeps a bitmap of calls that any argument is allowed for.
        let hot: [Syscall] = [
            .read, .write, .readv, .writev, .pread64, .pwrite64, .preadv, .pwritev, .ppoll, .poll,
            .futex, .io_submit, .io_getevents, .io_uring_enter, .sendmsg, .recvmsg, .sendto,
            .recvfrom, .eventfd2, .clock_gettime, .madvise, .epoll_wait, .fdatasync,
            .rt_sigprocmask,
        ]
        let options: [(name: String, value: ByteString?)] = [("id", "100"), ("daemonize", nil)]
        let ruleset = try Ruleset.derived(from: options, spawn: .auto)
        for call in hot {
            let rows = ruleset.rules.filter { $0.syscall == call }
            #expect(rows.contains { $0.verdict == .allow } && rows.allSatisfy(\.checks.isEmpty))
        }
    }

    /// KVM_RUN, which every exit of a vCPU ends in: of all that is asked about `ioctl`, it comes first.
    @Test func `a vCPU's call is answered before other requests are looked at`() throws {
        let options: [(name: String, value: ByteString?)] = [("id", "100"), ("daemonize", nil)]
        let ruleset = try Ruleset.derived(from: options, spawn: .auto)
        let program = FilterStack(ruleset, mode: .enforce).recorded
        func steps(_ request: UInt64) throws -> Int {
            try FilterInterpreter(program.instructions).steps(
                architecture: Architecture.x86_64,
                number: Syscall.ioctl.rawValue,
                arguments: [3, request, 0, 0, 0, 0]
            )
        }
        #expect(try steps(0xAE80) + 8 < steps(0x5401))
    }

    @Test func `programs stay far below what the kernel takes`() throws {
        let ruleset = try Ruleset.derived(from: [], spawn: .allow)
        let stack = FilterStack(ruleset, mode: .enforce)
        #expect(stack.recorded.instructions.count < 700)
        // Most of it is the list of ioctl's requests, which other calls jump over.
        #expect((stack.silent?.instructions.count ?? 0) < 256)
    }
}

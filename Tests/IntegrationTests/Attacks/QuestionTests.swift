import Foundation
import Planning
import Testing

/// Real questions to QEMU: each ends it before there is a machine.
@Suite(.launching, .needsProducts, .needsQEMU)
struct QuestionTests {
    private static let questions: [[ByteString]] = [
        ["-version"], ["--version"], ["-help"], ["-h"], ["-cpu", "help"], ["-cpu", "?"],
        ["-machine", "help"], ["-M", "help"], ["-M", "?"], ["-machine", "q35,help"],
        ["-machine", "help", "-machine", "q35"], ["-device", "help"], ["-device", "?"],
        ["-device", "e1000,help"], ["-device", "e1000,?"], ["-device", "e1000,help=on"],
        ["-device", "driver=help"], ["-device", "e1000", "-device", "e1000,help"],
        ["-device", "e1000,help", "-device", "e1000"], ["-accel", "help"], ["-netdev", "help"],
        ["-chardev", "help"], ["-object", "help"], ["-object", "secret,help"],
        ["-audiodev", "help"], ["-vga", "help"], ["-vga", "std", "-vga", "help"],
        ["-smp", "help"], ["-L", "help"], ["-m", "64", "-version"], ["-trace", "help"],
    ]

    @Test(arguments: questions)
    func `QEMU answers where no firmware was asked for`(question: [ByteString]) async throws {
        let store = try StagedHost(image: "")
        try store.configure(qemu: Machine.qemu)
        let (answer, expected) = try await answers(store, [], question)
        #expect(answer.end == expected.end, "\(answer.errors)")
        #expect(expected.end == .status(0))
        #expect(answer.output == expected.output)
        #expect(answer.errors == expected.errors)
    }

    /// Nothing is lost by it: a question that is asked with firmware starts no VM either way. What
    /// must not happen is that the launcher trips over it.
    @Test(.needsFirmware, arguments: questions)
    func `asked together with firmware, it is answered or refused`(
        question: [ByteString]
    ) async throws {
        let store = try StagedHost()
        try store.configure(qemu: Machine.qemu)
        for asking in [StagedHost.firmware + question, question + StagedHost.firmware] {
            let (answer, expected) = try await answers(store, [], asking, alone: question)
            guard answer.end == .status(0) else {
                let refusals = [64, 65, 66, 77, 78].map(Child.End.status)
                #expect(refusals.contains(answer.end), "\(answer)")
                #expect(answer.complaints.first?.hasPrefix("qemu-launcher: error: ") == true)
                #expect(answer.output.isEmpty)
                continue
            }
            #expect(answer.output == expected.output)
        }
    }

    private func answers(
        _ store: StagedHost,
        _ machine: [ByteString],
        _ words: [ByteString],
        alone: [ByteString]? = nil,
    ) async throws -> (answer: Outcome, expected: Outcome) {
        var direct = store.launcher(machine + (alone ?? words), calledAs: Machine.qemuName)
        direct.program = Machine.qemu
        direct.arguments.removeSubrange(1...2)
        let launched = store.launcher(machine + words, calledAs: Machine.qemuName)
        return (try await run(launched), try await run(direct))
    }
}

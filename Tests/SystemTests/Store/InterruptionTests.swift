import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// What happens to one system call of a program, by the tool `fault-injector`.
struct Interruption: CustomTestStringConvertible, Sendable {
    let testDescription: String
    private let word: ByteString

    static let killed = Interruption(testDescription: "the process is killed", word: "kill")
    static let failures = [
        Interruption(testDescription: "EIO", errno: EIO),
        Interruption(testDescription: "EPERM", errno: EPERM),
        Interruption(testDescription: "EINVAL", errno: EINVAL),
    ]

    /// What the tool ends with where the program makes fewer calls.
    static let notReached = Child.End.status(125)
    static let ofKilled = Child.End.status(128 + SIGKILL)

    private init(testDescription: String, word: ByteString) {
        self.testDescription = testDescription
        self.word = word
    }

    private init(testDescription: String, errno: Int32) {
        self.init(testDescription: testDescription, word: ByteString("\(errno)"))
    }

    /// The same call on a host that answers every one of these system calls with this errno.
    static func answering(_ calls: [Syscall: Int32], in request: Child.Request) -> Child.Request {
        let list = calls.map { "\($0.rawValue):\($1)" }.joined(separator: ",")
        return strike(["every", ByteString(list), "/dev/null"], request)
    }

    /// The same call with this fault at one of its system calls, counted from 1 at its first
    /// openat2(2).
    ///
    /// - Parameter report: a file for the numbers of the calls that were counted.
    func striking(_ number: Int, of request: Child.Request, report: String) -> Child.Request {
        Self.strike(["at", ByteString("\(number)"), word, ByteString(report)], request)
    }

    private static func strike(_ words: [ByteString], _ request: Child.Request) -> Child.Request {
        var struck = request
        struck.program = Products.injector
        struck.arguments =
            ["fault-injector"] + words + [ByteString(request.program)]
            + request.arguments.dropFirst()
        return struck
    }
}

/// `firmware add --pin` as a process, with every one of its system calls failing in turn, and dying
/// at each: from the first look into the storage to its last word.
@Suite(.launching, .needsProducts, .needsFaultInjection, .timeLimit(.minutes(30)))
struct InterruptionTests {
    private let store: StagedHost
    private let source: String
    private let unpinned: Data
    private let pinned: Data
    private let content: Data

    init() throws {
        store = try StagedHost(image: "")
        source = "\(store.path)/source.fd"
        // More than one read and write.
        content = Data((0..<(1 << 20) + 4096).map { UInt8(truncatingIfNeeded: $0 / 7) })
        try write(content, to: source, mode: 0o644)
        try store.configure(pins: [], sections: "# a remark\n")
        unpinned = try read(store.configuration)
        let section = """

            firmware: \(StagedHost.volume)
            \tsha256 \(try store.digest(source))

            """
        pinned = unpinned + Data(section.utf8)
    }

    private var report: String { "\(store.path)/calls" }

    private var request: Child.Request {
        Child.Request(
            program: Products.launcherctl,
            arguments: [
                "launcherctl", "firmware", "add", "--force", "--pin", "--config",
                ByteString(store.configuration), ByteString(source),
                ByteString(StagedHost.volume),
            ],
        )
    }

    private func reset() throws {
        let directory = "\(store.root)/template"
        if FileManager.default.fileExists(atPath: directory) {
            try FileManager.default.removeItem(atPath: directory)
        }
        try store.writeConfiguration(unpinned)
    }

    /// Runs it until it makes fewer calls than the fault is to strike at.
    ///
    /// - Returns: how many there were.
    private func strike(
        with fault: Interruption,
        then check: (Outcome, _ number: Int) async throws -> Void
    ) async throws -> Int {
        for number in 1... {
            try reset()
            let outcome = try await run(fault.striking(number, of: request, report: report))
            if outcome.end == Interruption.notReached { return number - 1 }
            try requireNothingOrAll(number)
            try await check(outcome, number)
        }
        return 0
    }

    /// Nothing, or the whole image under its name, read-only; the configuration as it was or with
    /// the pin.
    private func requireNothingOrAll(_ number: Int) throws {
        let names = try visibleNames()
        #expect(names.isEmpty || names == ["a.fd"], "call \(number)")
        if names == ["a.fd"] { try requireImage(number) }
        let configuration = try read(store.configuration)
        #expect(configuration == unpinned || configuration == pinned, "call \(number)")
    }

    private func requireImage(_ number: Int) throws {
        #expect(try read(store.image) == content, "call \(number)")
        var status = stat()
        try #require(unsafe lstat(store.image, &status) == 0)
        #expect(status.st_mode == S_IFREG | 0o444, "call \(number)")
    }

    private func visibleNames() throws -> [String] { try names().filter { !$0.hasPrefix(".") } }

    private func names() throws -> [String] {
        guard FileManager.default.fileExists(atPath: store.images) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: store.images)
    }

    @Test(arguments: Interruption.failures)
    func `a call that fails leaves nothing or the whole image`(fault: Interruption) async throws {
        let count = try await strike(with: fault) { outcome, number in
            // What succeeds is done, and what fails says so and tidies up.
            if outcome.end == .status(0) {
                try requireImage(number)
                #expect(try read(store.configuration) == pinned, "call \(number)")
            }
            #expect(outcome.end != .timeout, "call \(number)")
        }
        #expect(count > 40)
    }

    @Test func `a process that dies leaves nothing or the whole image, and the next tidies up`()
        async throws
    {
        let count = try await strike(with: .killed) { outcome, number in
            #expect(outcome.end == Interruption.ofKilled, "call \(number)")
            let again = try await run(request)
            #expect(again.end == .status(0), "call \(number): \(again.errors)")
            #expect(try names() == ["a.fd"], "call \(number)")
            try requireImage(number)
            #expect(try read(store.configuration) == pinned, "call \(number)")
        }
        #expect(count > 40)
    }

    /// Power may be lost at any time: the image is on the disk before it has its name, and its name
    /// before the configuration relies on it.
    @Test func `what comes later finds on the disk what came before`() async throws {
        try reset()
        let calls = Interruption.killed.striking(0, of: request, report: report)
        let outcome = try await run(calls)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let text = String(decoding: try read(report), as: UTF8.self)
        let steps: Set<Syscall> = [.mkdirat, .fchmod, .fsync, .rename, .renameat2]
        let taken = text.split(separator: "\n").compactMap {
            UInt32($0).flatMap { Syscall(rawValue: $0) }
        }.filter(steps.contains)
        let image: [Syscall] = [.mkdirat, .mkdirat, .fchmod, .fsync, .renameat2, .fsync]
        #expect(taken == image + [.fsync, .rename, .fsync])
    }
}

extension Trait where Self == ConditionTrait {
    static var needsFaultInjection: Self {
        .enabled("the kernel does not let one process answer another's system calls") {
            let call = Child.Request(program: "/bin/true", arguments: ["true"])
            let probe = Interruption.killed.striking(0, of: call, report: "/dev/null")
            return try await run(probe).end == .status(0)
        }
    }
}

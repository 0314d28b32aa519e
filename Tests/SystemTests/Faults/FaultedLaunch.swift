import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// A launch that is made again and again, each time with another fault, and a stand-in for QEMU
/// whose status says whether it was given what it should.
struct FaultedLaunch {
    let store: StagedHost
    private(set) var request: Child.Request

    /// What the stand-in says of a launch as it should be.
    static let asWanted = Child.End.status(0)

    /// - Parameter firmware: whether the launch brings custom firmware.
    init(store: StagedHost, firmware: Bool) throws {
        let program = "\(store.path)/bin/\(firmware ? "kvm" : "passed")"
        try? FileManager.default.removeItem(atPath: program)
        try link(program, to: Products.standIn)
        try write(Data(), to: "\(program).judge")
        if firmware { try write(read(store.image), to: "\(program).reference") }
        try store.configure(qemu: program)
        self.store = store
        request = store.launcher(
            (firmware ? StagedHost.firmware : []) + ["-name", "t", "-m", "1"]
        )
        // A debug build that the C library ends would wait for a program that prints where.
        request.environment.append("SWIFT_BACKTRACE=enable=no")
    }

    /// The same with custom firmware that VM 100 of this host chooses by the tag `nsv`.
    init(choosingByTagOn host: StagedProxmoxHost) throws {
        try self.init(store: host.store, firmware: true)
        try store.configure(
            qemu: "\(store.path)/bin/kvm",
            // What the stand-in expects of a start by hand.
            launcher: ["storage-config \(host.cluster)/storage.cfg", "spawn deny"],
            pins: ["sha256 \(store.digest())", "tag nsv"],
        )
        let words: [ByteString] = ["-id", "100", "-drive", "if=pflash,unit=0,file=/x", "-m", "1"]
        let environment = request.environment
        request = store.launcher(words)
        request.environment = environment
    }

    /// A dynamic executable's loader comes first; what fails there is none of the launcher's, and
    /// uname(2) is early in what is.
    private static let from = Products.areStatic ? "-1" : "\(Syscall.uname.rawValue)"

    /// The launch as it is made by a program that prepares something and becomes its arguments.
    ///
    /// - Parameter words: that program's path and its own arguments.
    func behind(_ words: [String]) -> Child.Request {
        var prepared = request
        prepared.program = words[0]
        prepared.arguments = words.map { ByteString($0) } + [ByteString(request.program)]
        prepared.arguments += request.arguments.dropFirst()
        return prepared
    }

    private func injecting(_ arguments: [String]) -> Child.Request {
        behind([Products.injector] + arguments)
    }

    /// A system call of an undisturbed launch.
    struct Call: Sendable {
        let thread: Int
        let ordinal: Int
        let call: Syscall
        /// What it is about; empty where it takes no path.
        let path: String
    }

    /// The calls of an undisturbed launch, in their order.
    ///
    /// - Parameter environment: instead of the usual one.
    func calls(environment: [ByteString]? = nil) async throws -> [Call] {
        let file = "/tmp/qemu-launcher-calls-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        var request = injecting(["list", Self.from, file])
        if let environment { request.environment = environment }
        let outcome = try await run(request)
        try #require(outcome.end == Self.asWanted, "\(outcome.end) \(outcome.errors)")
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            line in
            let words = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
            let numbers = words.prefix(3).compactMap { Int($0) }
            try #require(words.count == 5 && numbers.count == 3)
            return Call(
                thread: numbers[0],
                ordinal: numbers[1],
                call: try #require(UInt32(exactly: numbers[2]).flatMap(Syscall.init(rawValue:))),
                path: String(words[4])
            )
        }
    }

    func run(with fault: Fault) async throws -> Outcome {
        try await run("fail", fault.thread, fault.ordinal, Int(fault.error))
    }

    func run(_ mode: String, _ thread: Int, _ ordinal: Int, _ value: Int) async throws -> Outcome {
        try await run(injecting([mode, Self.from, "\(thread)", "\(ordinal)", "\(value)"]))
    }

    private func run(_ request: Child.Request) async throws -> Outcome {
        try await TestSupport.run(request)
    }
}

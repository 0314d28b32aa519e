import Foundation
import Planning
import SystemPackage
import TestSupport

/// A QEMU that is asked what it has.
struct SweptQEMU {
    let devices: [SweptDevice]
    /// Of every type of device, by the type's name; none of those that QEMU cannot list.
    let properties: [String: [SweptProperty]]
    /// The types that a machine has without being asked for them.
    let boardTypes: [Attack.MachineKind: Set<String>]
    let machineProperties: [Attack.MachineKind: [SweptProperty]]

    init(_ store: StagedHost) async throws {
        let help = try await run(
            Child.Request(
                program: Machine.qemu,
                arguments: [Machine.qemuName, "-device", "help"] + Machine.qemuOptions
            )
        )
        devices = SweptDevice.all(inHelp: help.output)
        properties = try await Self.properties(store)
        var boards: [Attack.MachineKind: Set<String>] = [:]
        var machines: [Attack.MachineKind: [SweptProperty]] = [:]
        for machine in Attack.MachineKind.allCases {
            try await Self.asking(store, machine) { monitor in
                var types: Set<String> = []
                try await Self.collect(&types, "/machine", monitor)
                boards[machine] = types
                let properties = try await monitor.ask(
                    "qom-list",
                    #"{"path":"/machine"}"#,
                    for: [SweptProperty].self
                )
                machines[machine] = properties.filter { !$0.type.hasPrefix("child<") }
            }
        }
        boardTypes = boards
        machineProperties = machines
    }

    private struct TypeName: Decodable { let name: String }

    private static func properties(
        _ store: StagedHost
    ) async throws -> [String: [SweptProperty]] {
        var remaining: [String] = []
        try await asking(store, .q35) { monitor in
            let types: [TypeName] = try await monitor.ask(
                "qom-list-types",
                #"{"implements":"device","abstract":false}"#
            )
            remaining = types.map(\.name).sorted()
        }
        var found: [String: [SweptProperty]] = [:]
        // QEMU ends at a type that lacks a module which is not installed.
        while !remaining.isEmpty {
            do {
                try await asking(store, .q35) { monitor in
                    while let type = remaining.popLast() {
                        let arguments = #"{"typename":"\#(type)"}"#
                        do {
                            found[type] = try await monitor.ask("device-list-properties", arguments)
                        } catch is QMPClient.Refused {
                            continue
                        }
                    }
                }
            } catch is Errno {
                continue
            }
        }
        return found
    }

    /// The types of all that is below a path.
    private static func collect(
        _ types: inout Set<String>,
        _ path: String,
        _ monitor: QMPClient,
    ) async throws {
        // Names have backslashes where QEMU escaped something itself.
        let escaped = path.replacing("\\", with: "\\\\")
        let parts: [SweptProperty] = try await monitor.ask("qom-list", #"{"path":"\#(escaped)"}"#)
        for part in parts where part.type.hasPrefix("child<") {
            types.insert(String(part.type.dropFirst("child<".count).dropLast()))
            try await collect(&types, "\(path)/\(part.name)", monitor)
        }
    }

    private static func asking(
        _ store: StagedHost,
        _ machine: Attack.MachineKind,
        _ ask: (QMPClient) async throws -> Void,
    ) async throws {
        let request = Child.Request(
            program: Machine.qemu,
            arguments: [Machine.qemuName, "-machine", ByteString(machine.rawValue)]
                + FlashLook.options(store) + Machine.qemuOptions,
            descriptors: [
                0: nullDevice.fileDescriptor, 1: nullDevice.fileDescriptor,
                2: nullDevice.fileDescriptor,
            ]
        )
        var child = try Child(request)
        guard let monitor = try await FlashLook.monitor(of: &child, store) else {
            throw Errno.noChildProcess
        }
        try await ask(monitor)
    }
}

/// Tries one combination after the other, each with a launcher and a QEMU of its own.
struct SweepWorker {
    private let store: StagedHost
    private let pinned: Data
    private let tally: SweepTally

    init(_ tally: SweepTally) throws {
        self.tally = tally
        store = try StagedHost()
        try store.configure(qemu: Machine.qemu)
        try AttackFiles.write([:], in: store)
        pinned = try read(store.image)
    }

    func work(until deadline: ContinuousClock.Instant?) async throws {
        while deadline.map({ ContinuousClock.now < $0 }) ?? true,
            let combination = await tally.next()
        {
            try await sweep(combination)
        }
    }

    private func sweep(_ combination: SweepCombination) async throws {
        var (starts, words) = (1, combination.words())
        var result: SweepTally.Result
        if case .largest(let bits) = combination.value {
            let largest = bits == 64 ? UInt64.max : (1 << bits) - 1
            words = combination.words(largest)
            result = try await start(words)
            // Powers of two between the largest that was taken and the smallest that was not.
            var (taken, refused) = (-1, await tally.isIdle(combination) ? 0 : bits)
            while result == .notStarted, refused - taken > 1 {
                let power = (taken + refused) / 2
                let candidate = combination.words(1 << power)
                starts += 1
                switch try await start(candidate) {
                case .notStarted: refused = power
                case .pinned: (taken, words) = (power, candidate)
                case let other: (result, words) = (other, candidate)
                }
            }
            if result == .notStarted, taken >= 0 { result = .pinned }
        } else {
            result = try await start(words)
        }
        let line = words.map(\.escaped).joined(separator: " ")
        await tally.add(combination, result, starts: starts, line)
    }

    private func start(_ words: [ByteString]) async throws -> SweepTally.Result {
        let request = store.launcher(
            StagedHost.firmware + FlashLook.options(store) + Machine.qemuOptions
                + words.map { AttackFiles.expanded($0, store) },
            calledAs: Machine.qemuName
        )
        do {
            let look = try await FlashLook(
                request,
                store,
                byteCount: pinned.count,
                within: .seconds(10)
            )
            switch look {
            case .started(let flash, let afterReset):
                return flash == pinned && afterReset == pinned ? .pinned : .wrong
            case .ended(let outcome):
                return classify(outcome)
            }
        } catch let lost as FlashLook.Lost {
            // It ended while it was looked at; by then it had these bytes.
            return lost.flash.map { $0 == pinned ? .notStarted : .wrong } ?? .notStarted
        }
    }

    private func classify(_ outcome: Outcome) -> SweepTally.Result {
        guard outcome.errors.contains("qemu-launcher: error: ") else {
            // QEMU's own help, message or crash: no VM is there. A launcher says why it ends.
            return outcome.errors.contains("Fatal error: ") ? .wrong : .notStarted
        }
        let refusals = [64, 65, 66, 77, 78].map(Child.End.status)
        return refusals.contains(outcome.end) ? .refused : .wrong
    }
}

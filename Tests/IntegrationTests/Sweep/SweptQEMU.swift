import Foundation
import Planning
import SystemPackage

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
                        } catch is Monitor.Refused {
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
        _ monitor: Monitor,
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
        _ ask: (Monitor) async throws -> Void,
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

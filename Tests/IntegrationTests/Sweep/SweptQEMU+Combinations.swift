import Planning

extension SweptQEMU {
    /// All that is tried.
    var combinations: [SweepCombination] {
        Attack.MachineKind.allCases.flatMap { machine in
            devices.flatMap { alone($0, machine) + itsProperties($0, machine) }
                + globals(machine) + machineSettings(machine)
        }
    }

    private func alone(
        _ device: SweptDevice,
        _ machine: Attack.MachineKind,
    ) -> [SweepCombination] {
        let (needs, text) = device.setUp(properties[device.name] ?? [])
        return [
            SweepCombination(
                kind: .device,
                machine: machine,
                needs: needs,
                option: "-device",
                text: text,
                value: nil
            )
        ]
    }

    /// Each number by itself, and all switches together, of which there are many on every card. One
    /// model stands for all processors.
    private func itsProperties(
        _ device: SweptDevice,
        _ machine: Attack.MachineKind,
    ) -> [SweepCombination] {
        guard !device.isProcessor || device.name.hasPrefix("max-"),
            let properties = properties[device.name]
        else { return [] }
        let (needs, text) = device.setUp(properties)
        func setting(_ text: String, _ value: SweepCombination.Value?) -> SweepCombination {
            SweepCombination(
                kind: .property,
                machine: machine,
                needs: needs,
                option: "-device",
                text: text,
                value: value
            )
        }
        let numbers = properties.filter { $0.type != "bool" }.flatMap { property in
            property.values.map { setting("\(text),\(property.name)=", $0) }
        }
        let switches = properties.compactMap { property in
            property.switched.map { "\(property.name)=\($0)" }
        }
        guard !device.isProcessor, !switches.isEmpty else { return numbers }
        var together = setting("\(text),\(switches.joined(separator: ","))", nil)
        together.parts = switches.map { setting("\(text),\($0)", nil) }
        return numbers + [together]
    }

    /// Of the devices that the board has, one at a time. Of others they do nothing, or what the
    /// device's own property does: of each type, all numbers together.
    private func globals(_ machine: Attack.MachineKind) -> [SweepCombination] {
        properties.keys.sorted().flatMap { type -> [SweepCombination] in
            let properties = properties[type] ?? []
            guard boardTypes[machine]?.contains(type) == true else {
                return unused(type, properties, machine)
            }
            return properties.flatMap { property in
                property.values.map { value in
                    SweepCombination(
                        kind: .global,
                        machine: machine,
                        needs: [],
                        option: "-global",
                        text: "driver=\(type),property=\(property.name),value=",
                        value: value
                    )
                }
            }
        }
    }

    private func unused(
        _ type: String,
        _ properties: [SweptProperty],
        _ machine: Attack.MachineKind,
    ) -> [SweepCombination] {
        let words = properties.filter { $0.values.contains { $0.isNumber } }.flatMap { property in
            ["-global", "driver=\(type),property=\(property.name),value=255"]
        }
        guard let last = words.last, words.count < 400 else { return [] }
        return [
            SweepCombination(
                kind: .global,
                machine: machine,
                needs: words.dropLast(2).map { ByteString($0) },
                option: "-global",
                text: last,
                value: nil
            )
        ]
    }

    private func machineSettings(_ machine: Attack.MachineKind) -> [SweepCombination] {
        (machineProperties[machine] ?? []).flatMap { property in
            let others: [SweepCombination.Value] =
                property.type == "string" || property.type == "str"
                ? [.fixed("$other"), .fixed("none")] : []
            return (property.values + others).map { value in
                SweepCombination(
                    kind: .machine,
                    machine: machine,
                    needs: [],
                    option: "-machine",
                    text: "\(property.name)=",
                    value: value
                )
            }
        }
    }
}

extension SweepCombination.Value {
    fileprivate var isNumber: Bool {
        if case .largest = self { true } else { false }
    }
}

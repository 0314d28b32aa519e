/// What `-smp` says, and `-machine smp.KEY=` with it: QEMU merges all of them, and the last value
/// of a key wins.
package enum ProcessorTopology {
    private static let levels: [ByteString] = [
        "drawers", "books", "sockets", "dies", "clusters", "modules", "cores", "threads",
    ]

    /// How many CPUs there are at the start: `cpus`, or else what the rest comes to
    /// (`machine_parse_smp_config` in QEMU's hw/core/machine-smp.c). `nil` for what QEMU refuses.
    package static func processorCount(in commandLine: QEMUCommandLine) -> Int? {
        var values: [ByteString: ByteString] = [:]
        for option in commandLine.options {
            switch option.name {
            case "smp":
                for item in option.properties { values[item.key] = item.value }
            case "machine":
                for item in option.properties where item.key.hasPrefix("smp.") {
                    values[ByteString(item.key.bytes.dropFirst(4))] = item.value
                }
            default: break
            }
        }
        var numbers: [ByteString: Int] = [:]
        for (key, text) in values {
            guard let number = QEMUValue.number(text).flatMap({ Int(exactly: $0) }) else {
                return nil
            }
            numbers[key] = number
        }
        return count(numbers)
    }

    private static func count(_ numbers: [ByteString: Int]) -> Int? {
        for key in ["cpus", "maxcpus"] as [ByteString] {
            if let number = numbers[key] { return number > 0 ? number : nil }
        }
        var product = 1
        for level in levels {
            let (next, overflow) = product.multipliedReportingOverflow(by: numbers[level] ?? 1)
            guard !overflow, next > 0 else { return nil }
            product = next
        }
        return product
    }
}

import Foundation
package import Planning

/// What the program that stands in for QEMU was given.
package struct StandInReport {
    package struct Descriptor: Equatable {
        /// As `F_GETFL` tells them.
        package var flags: Int32
        package var isClosedOnExec: Bool
        /// What /proc/self/fd shows; of a capture, only that it is one.
        package var target: String
    }

    package var arguments: [ByteString] = []
    package var environment: [ByteString] = []
    package var descriptors: [Int32: Descriptor] = [:]
    package var process: Int32 = 0
    package var parent: Int32 = 0
    package var umask = ""
    package var directory: ByteString = ""
    package var name: ByteString = ""
    /// `Seccomp:`, `NoNewPrivs:`, `SigBlk:` and `SigIgn:` of /proc/self/status.
    package var status: [String: String] = [:]

    package init(contentsOf path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(
                String.init
            )
            switch (words[0], words.count) {
            case ("argument", 2): arguments.append(try bytes(words[1]))
            case ("variable", 2): environment.append(try bytes(words[1]))
            case ("directory", 2): directory = try bytes(words[1])
            case ("comm", 2): name = try bytes(words[1])
            case ("umask", 2): umask = words[1]
            case ("status", 3): status[words[1]] = words[2]
            case ("process", 3):
                process = try number(words[1])
                parent = try number(words[2])
            case ("descriptor", 5):
                let target = try bytes(words[4]).escaped
                descriptors[try number(words[1])] = Descriptor(
                    flags: try number(words[2], radix: 8),
                    isClosedOnExec: try number(words[3]) != 0,
                    target: target.hasPrefix(Capture.name) ? Capture.name : target
                )
            default: throw Malformed(line: String(line))
            }
        }
    }

    package struct Malformed: Error { let line: String }

    /// What is not the same in both, for people; process IDs aside.
    package func differences(from other: StandInReport) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ name: String, _ path: KeyPath<StandInReport, Value>) {
            let (mine, others) = (self[keyPath: path], other[keyPath: path])
            if mine != others { found.append("\(name): \(mine), not \(others)") }
        }
        compare("argument", \.arguments)
        compare("environment", \.environment)
        compare("descriptors", \.descriptors)
        compare("parent", \.parent)
        compare("umask", \.umask)
        compare("directory", \.directory)
        compare("name", \.name)
        compare("status", \.status)
        return found
    }
}

private func bytes(_ hex: String) throws -> ByteString {
    let digits = hex.utf8.compactMap(hexValue)
    guard digits.count == hex.utf8.count, digits.count % 2 == 0 else {
        throw StandInReport.Malformed(line: hex)
    }
    return ByteString(
        stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    )
}

private func number(_ text: String, radix: Int = 10) throws -> Int32 {
    guard let number = Int32(text, radix: radix) else {
        throw StandInReport.Malformed(line: text)
    }
    return number
}

import Foundation
import Planning
import TestSupport

/// A real QEMU, stopped before its first instruction and asked what its firmware's memory holds.
struct RunningQEMU {
    /// Files of one test, gone with it.
    final class Folder: Sendable {
        let path: String

        init() throws {
            path =
                FileManager.default.temporaryDirectory
                .appending(path: "qemu-launcher-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// - Returns: the path of the new file.
        func write(_ name: String, _ bytes: [UInt8]) throws -> String {
            let file = "\(path)/\(name)"
            try Data(bytes).write(to: URL(filePath: file))
            return file
        }

        /// An image of one flash bank of 64 KiB, every byte the same.
        func image(_ byte: UInt8) throws -> String {
            try write("\(byte).fd", [UInt8](repeating: byte, count: 64 << 10))
        }
    }

    /// The byte at the reset vector, or `nil` where QEMU did not start.
    let firmwareByte: UInt8?
    let output: String

    /// - Parameters:
    ///   - inheriting: a file that QEMU gets as descriptor 9.
    ///   - preconfiguration: QMP commands in front of the machine's creation.
    init(
        _ arguments: [ByteString],
        in folder: Folder,
        inheriting: String = "/dev/null",
        preconfiguration: [String] = [],
    ) throws {
        let commands =
            [#"{"execute":"qmp_capabilities"}"#] + preconfiguration + [
                #"{"execute":"human-monitor-command","arguments":{"command-line":"#
                    + #""xp /1xb 0xfffffff0"}}"#,
                #"{"execute":"quit"}"#,
            ]
        let script = try folder.write(
            UUID().uuidString,
            Array(commands.joined(separator: "\n").utf8)
        )
        let words = arguments.dropFirst().map { String(decoding: $0.bytes, as: UTF8.self) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", #"exec 9<"$0" timeout 180 "$@" 2>&1"#, inheriting, Machine.qemu]
            + Machine.qemuOptions.map { String(decoding: $0.bytes, as: UTF8.self) } + words + [
                "-S", "-display", "none", "-nodefaults", "-no-user-config", "-qmp", "stdio",
            ]
        process.standardInput = FileHandle(forReadingAtPath: script)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        output = String(decoding: data, as: UTF8.self)
        firmwareByte = output.firstMatch(of: /fffffff0: 0x([0-9a-f]{2})/)
            .flatMap { UInt8($0.1, radix: 16) }
    }
}

import Foundation
import Planning
import TestSupport
import Testing

/// Folders of `Golden`: a command line in `argv`, an option a line, and in `expected` what becomes
/// of it, or in `error` why it is refused. `request` holds what the configuration would say.
///
/// `LAUNCHER_RECORD_GOLDEN=1` writes what came out; the diff shows what changed.
struct GoldenRewriteTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let folder: URL
        var testDescription: String { folder.lastPathComponent }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")
    private static let isRecording =
        ProcessInfo.processInfo.environment["LAUNCHER_RECORD_GOLDEN"] == "1"

    private static func cases() -> [Case] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.sorted().map { Case(folder: root.appending(path: $0)) }
    }

    @Test func `there are cases`() {
        #expect(Self.cases().count >= 40)
    }

    @Test(arguments: cases())
    func `the command line becomes what is expected`(golden: Case) throws {
        let arguments = try Self.arguments(in: golden.folder.appending(path: "argv"))
        let request = try LaunchSettings(golden.folder.appending(path: "request"))
        let text: String
        let name: String
        do {
            let launch = try CustomFirmwareLaunch(
                ArgumentVector(arguments),
                sevUsesFlash: request.sevUsesFlash,
                variableStore: request.variableStore
            )
            name = "expected"
            text = Self.text(of: launch)
        } catch {
            name = "error"
            let error = try #require(error as? any Failure)
            let hint = error.hint.map { "hint: \($0)\n" } ?? ""
            text = "\(error.message)\n" + hint
        }
        let file = golden.folder.appending(path: name)
        if Self.isRecording { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
        let other = golden.folder.appending(path: name == "error" ? "expected" : "error")
        #expect(!FileManager.default.fileExists(atPath: other.path))
    }

    /// Whatever QEMU would make of the result, it is the image and nothing else.
    private static func accepted() -> [Case] {
        cases().filter {
            FileManager.default.fileExists(atPath: $0.folder.appending(path: "expected").path)
        }
    }

    @Test(arguments: accepted())
    func `the result attaches the image once, and nothing else as code`(golden: Case) throws {
        let arguments = try Self.arguments(in: golden.folder.appending(path: "argv"))
        let request = try LaunchSettings(golden.folder.appending(path: "request"))
        let before = ArgumentVector(arguments)
        let launch = try CustomFirmwareLaunch(
            before,
            sevUsesFlash: request.sevUsesFlash,
            variableStore: request.variableStore
        )
        let image: ByteString = "/proc/self/fd/9"
        let after = ArgumentVector(launch.rewrite.arguments)
        let commandLine = QEMUCommandLine(after)
        let machine = MachineOptions(commandLine)
        #expect(machine["type"] == MachineOptions(QEMUCommandLine(before))["type"])
        #expect(try GuestKind(commandLine, machine: machine) == launch.guest)
        #expect(after.options.allSatisfy { $0.origin != .launcher })
        let attached = try AttachedFirmware(commandLine, machine: machine)
        switch launch.rewrite.attachment {
        case .bios:
            #expect(attached.bios.map(\.value) == [image])
            #expect(attached.drives.isEmpty)
            #expect(attached.codeNode == nil && attached.variableNode == nil)
        case .pflashDrive:
            #expect(attached.bios.isEmpty)
            let drive =
                attached.codeDrive?.properties
                ?? attached.codeNode.flatMap { after.drive(id: $0.value)?.value }
                .map { KeyValueList($0) }
            #expect(drive?["file"] == image)
            #expect(drive?["format"] == "raw" && drive?["readonly"] == "on")
            #expect(drive?["snapshot"] == "off")
        case .pflashBlockdev:
            #expect(attached.bios.isEmpty && attached.codeDrive == nil)
            let graph = try BlockGraph(after)
            let name = try #require(attached.codeNode?.value)
            let chain = try graph.chain(from: try #require(graph.node(named: name)))
            let protocolNode = try #require(chain.last)
            #expect(graph.string("driver", of: protocolNode) == "file")
            #expect(graph.string("filename", of: protocolNode) == image)
            #expect(chain.allSatisfy { graph.truth("read-only", of: $0) ?? true })
            #expect(graph.truth("read-only", of: try #require(chain.first)) == true)
        }
    }

    // MARK: - The files

    /// What the configuration of the launcher, or its options, add to the command line.
    private struct LaunchSettings {
        var sevUsesFlash = false
        var variableStore: VariableStoreOption?

        init(_ file: URL) throws {
            guard FileManager.default.fileExists(atPath: file.path) else { return }
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                switch words.first {
                case "sev-attachment": sevUsesFlash = words.dropFirst().first == "pflash"
                case "variable-store":
                    variableStore = VariableStoreOption(
                        path: ByteString(try #require(words.dropFirst().first)),
                        format: ByteString(try #require(words.dropFirst(2).first)),
                        byteCount: words.dropFirst(3).first.flatMap { Int($0) }
                    )
                default: Issue.record("\(file.path): \(line)")
                }
            }
        }
    }

    /// An option and its value share a line, divided by its first blank.
    private static func arguments(in file: URL) throws -> [ByteString] {
        try PackageFiles.bytes(of: file).split(separator: UInt8(ascii: "\n")).flatMap { line in
            line.split(separator: UInt8(ascii: " "), maxSplits: 1).map { ByteString($0) }
        }
    }

    private static func text(of launch: CustomFirmwareLaunch) -> String {
        let vector = ArgumentVector(launch.rewrite.arguments)
        var lines = ["# guest \(launch.guest.rawValue), \(launch.rewrite.attachment.rawValue)"]
        lines += launch.rewrite.warnings.map { "# warning: \($0.message)" }
        var index = 0
        while index < vector.arguments.count {
            let option = vector.options.first { $0.index == index }
            let range = option?.range ?? index..<index + 1
            lines.append(vector.arguments[range].map(\.escaped).joined(separator: " "))
            index = range.upperBound
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

import Crypto
package import Foundation
import Glibc
package import Planning
import SystemPackage
package import Testing

/// A host as the launcher finds it, in a directory of a test's own: a storage with one good image,
/// a launcher.conf that pins it, a variable store, and a program in QEMU's place. A test spoils
/// what it is about.
package final class StagedHost: Sendable {
    package static let volume = "test:efi-firmware/a.fd"

    package let path: String

    /// - Parameter image: the file whose content the image gets.
    package init(image: String = Machine.codeImage) throws {
        var template = Array("/tmp/qemu-launcher-integration-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        try change(path, mode: 0o755)
        for directory in [root, "\(root)/template", images, "\(path)/bin"] {
            try makeDirectory(directory)
        }
        if FileManager.default.fileExists(atPath: image) {
            try write(read(image), to: self.image)
        } else {
            try write(Data("not an image, but good enough to be refused".utf8), to: self.image)
        }
        try FileManager.default.createSymbolicLink(
            atPath: program,
            withDestinationPath: Products.standIn
        )
        try configure()
    }

    deinit {
        do {
            try Processes.kill(mentioning: path)
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("\(path) is left behind: \(error)")
        }
    }

    package var root: String { "\(path)/storage" }
    package var images: String { "\(root)/template/efi-firmware" }
    package var image: String { "\(images)/a.fd" }
    package var configuration: String { "\(path)/launcher.conf" }
    /// The stand-in for QEMU, under the name that Proxmox's tools look for.
    package var program: String { "\(path)/bin/kvm" }
    package var variableStore: String { "\(path)/vars.fd" }

    package func digest(_ file: String? = nil) throws -> String {
        hexadecimal(SHA256.hash(data: try read(file ?? image)))
    }

    /// Writes launcher.conf.
    ///
    /// - Parameter launcher: further lines of its first section; `qemu` and `log` are set.
    /// - Parameter storage: further lines of the storage's section.
    /// - Parameter pins: the lines of the image's section; a right sha256 where nothing is given.
    /// - Parameter sections: what follows.
    package func configure(
        qemu: String? = nil,
        launcher: [String] = [],
        storage: [String] = [],
        pins: [String]? = nil,
        sections: String = "",
    ) throws {
        let pins = try pins ?? ["sha256 \(digest())"]
        let firmware =
            pins.isEmpty ? "" : "firmware: \(Self.volume)\n" + pins.map { "\t\($0)\n" }.joined()
        let text = """
            launcher: defaults
            \tqemu \(qemu ?? program)
            \tlog none
            \(launcher.map { "\t\($0)\n" }.joined())
            dir: test
            \tpath \(root)
            \(storage.map { "\t\($0)\n" }.joined())
            \(firmware)
            \(sections)
            """
        try writeConfiguration(Data(text.utf8))
    }

    package func writeConfiguration(_ content: Data) throws {
        try write(content, to: configuration, mode: 0o644)
    }

    /// The line of launcher.conf that starts with this text, counted from 1.
    package func line(of text: String) throws -> Int {
        let lines = try String(contentsOfFile: configuration, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let index = lines.firstIndex { $0.trimmingPrefix("\t").hasPrefix(text) }
        return (index ?? -1) + 1
    }

    /// What the stand-in wrote down; `nil` where it was never started.
    package func report() throws -> StandInReport? {
        let file = "\(program).report"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        return try StandInReport(contentsOf: file)
    }

    /// The bytes that the stand-in read by the path in its arguments.
    package func imageOfReport() throws -> Data { try read("\(program).image") }

    /// Every file and directory there is, with its mode and size.
    package func listing() throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        return try names.sorted().map { name in
            var status = stat()
            try check(unsafe lstat("\(path)/\(name)", &status))
            return "\(name) \(String(status.st_mode, radix: 8)) \(status.st_size)"
        }
    }
}

extension StagedHost {
    /// A call of the launcher with this store's configuration.
    ///
    /// - Parameter name: argv[0].
    package func launcher(
        _ arguments: [ByteString],
        calledAs name: ByteString = "/usr/bin/kvm",
    ) -> Child.Request {
        Child.Request(
            program: Products.launcher,
            arguments: [name, "-launcher-config", ByteString(configuration)] + arguments,
        )
    }

    /// The same command line for `launcherctl plan`.
    package func plan(
        _ arguments: [ByteString],
        calledAs name: ByteString = "/usr/bin/kvm",
        json: Bool = true,
    ) -> Child.Request {
        let call: [ByteString] =
            ["launcherctl", "plan"] + (json ? ["--json"] : []) + ["--", name]
        return Child.Request(
            program: Products.launcherctl,
            arguments: call + ["-launcher-config", ByteString(configuration)] + arguments,
        )
    }

    /// The option that asks for this store's image.
    package static let firmware: [ByteString] = ["-efi-firmware", ByteString(volume)]

    /// Launches, and reads what the stand-in was given.
    package func launch(
        _ request: Child.Request,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) async throws -> StandInReport {
        let outcome = try await run(request)
        #expect(outcome.end == .status(0), "\(outcome.errors)", sourceLocation: sourceLocation)
        return try #require(try report(), sourceLocation: sourceLocation)
    }

    /// The descriptor of the image, found by what it is called.
    package func imageNumber(
        in report: StandInReport,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) throws -> Int32 {
        let numbers = report.descriptors.filter {
            $0.value.target.hasPrefix("/memfd:\(Self.volume)")
        }
        #expect(numbers.count == 1, sourceLocation: sourceLocation)
        return try #require(numbers.keys.first, sourceLocation: sourceLocation)
    }
}

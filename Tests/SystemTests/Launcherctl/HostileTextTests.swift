import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// Text of others in everything that both programs print: no character of it may command a
/// terminal, hide, or move what stands around it.
@Suite(.launching, .needsProducts, .needsFirmware)
struct HostileTextTests {
    /// Escape sequences of both kinds, text that runs the other way, and what cannot be seen.
    private static let hostile =
        "x\u{1B}[31m\u{7F}\u{9B}2J\u{85}\u{202E}\u{2066}\u{200E}\u{200F}\u{61C}\u{200B}\u{FEFF}"
        + "\u{2028}\u{2029}\u{AD}\u{3164}\u{A0}\u{E0041}y"

    private func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x7F && Self.hostile.unicodeScalars.contains(scalar)
            || scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || scalar == "\u{7F}"
    }

    /// Runs it, and looks at both streams.
    ///
    /// - Parameter isShown: whether the text gets anywhere at all; else the test would be none.
    @discardableResult
    private func requireHarmless(
        _ request: Child.Request,
        isShown: Bool = true,
        at location: SourceLocation = #_sourceLocation,
    ) async throws -> Outcome {
        let outcome = try await run(request)
        for text in [outcome.output, outcome.errors] {
            let found = text.unicodeScalars.filter(isHostile)
            #expect(
                found.isEmpty,
                "U+\(found.map { String($0.value, radix: 16) }) in \(text.debugDescription)",
                sourceLocation: location
            )
        }
        let escapes = ["\\x1b", "\\xe2\\x80\\xae", "\\u202e", "U+"]
        let isThere = escapes.contains { (outcome.output + outcome.errors).contains($0) }
        #expect(
            isThere || !isShown,
            "\(outcome.output) \(outcome.errors)",
            sourceLocation: location
        )
        return outcome
    }

    private func launcherctl(_ words: String...) -> Child.Request {
        Child.Request(
            program: Products.launcherctl,
            arguments: (["launcherctl"] + words).map { ByteString($0) },
        )
    }

    private static let text = ByteString(hostile)

    @Test(
        arguments: [
            ["-name", text], ["-id", text], ["-machine", text],
            [ByteString("-\(hostile)"), text], ["-efi-firmware", text],
            ["-efi-firmware", ByteString("test:efi-firmware/\(hostile).fd")],
            ["-efi-firmware", ByteString("test:efi-firmware/a.fd,\(hostile)=1")],
            ["-efidisk0", text], ["-launcher-config", text],
            ["-launcher-config", ByteString("/\(hostile)")],
            StagedHost.firmware + ["-name", text, "-incoming", text],
            StagedHost.firmware + ["-name", text, "-append", text],
            StagedHost.firmware + [
                "-drive", ByteString("if=pflash,file=\(hostile),x=\(hostile)"),
            ],
            StagedHost.firmware + ["-blockdev", text, "-machine", "pflash0=x"],
            StagedHost.firmware + ["-device", ByteString("loader,file=\(hostile)")],
            StagedHost.firmware + ["-readconfig", ByteString("/\(hostile)")],
            ["-netdev", ByteString("tap,id=n,script=\(hostile)")],
        ] as [[ByteString]]
    )
    func `the launcher, plan and policy show no word of a command line as it is`(
        words: [ByteString]
    ) async throws {
        let store = try StagedHost()
        let names = words.first == "-launcher-config"
        // Refused before anything of it is said.
        let isSilent = words.contains("-blockdev") || words.contains("-drive")
        let configuration: [ByteString] =
            names ? [] : ["-launcher-config", ByteString(store.configuration)]
        var launch = store.launcher(words)
        launch.arguments = ["/usr/bin/kvm"] + configuration + words
        try await requireHarmless(launch, isShown: false)
        for command in [["plan"], ["plan", "--json"], ["policy"], ["policy", "--json"]] {
            var request = launcherctl("launcherctl")
            request.arguments =
                (["launcherctl"] + command + ["--"]).map { ByteString($0) } + launch.arguments
            try await requireHarmless(request, isShown: command == ["plan"] && !isSilent)
        }
    }

    @Test func `variables that are removed are named so too`() async throws {
        let store = try StagedHost()
        for json in [true, false] {
            var request = store.plan(StagedHost.firmware, json: json)
            request.environment.append(ByteString("\(Self.hostile)=1"))
            try await requireHarmless(request, isShown: Machine.isRoot)
        }
    }

    /// swift-argument-parser repeats what it does not understand.
    @Test(arguments: [
        [hostile], ["--\(hostile)"], ["plan", "--\(hostile)"], ["plan", "--vmid", hostile],
        ["policy", "--seccomp", hostile], ["check", hostile], ["check", "--config", hostile],
        ["check", "--config", "/\(hostile)"], ["firmware", hostile], ["firmware", "list", hostile],
        ["firmware", "list", "--config", "/\(hostile)"], ["firmware", "verify", hostile],
        ["firmware", "pin", hostile], ["firmware", "pin", "local:efi-firmware/\(hostile)"],
        ["firmware", "add", "/\(hostile)", "local:efi-firmware/a.fd"],
        ["firmware", "add", "/a", hostile], ["firmware", "remove", hostile],
        ["firmware", "pin", "--sha256", hostile, "local:efi-firmware/a.fd"],
        ["inspect", hostile],
        ["inspect", "--vars", hostile, "--descriptor", "/usr/share/ovmf/OVMF.fd"],
        ["measure", hostile, "x"], ["measure", "sev-snp", hostile],
        ["measure", "sev-snp", "/usr/share/ovmf/OVMF.fd", "--cpu", hostile],
        ["measure", "sev-snp", "/usr/share/ovmf/OVMF.fd", "--kernel", hostile],
        ["measure", "sev-snp", "x", "--expect", hostile], ["measure", "--vmid", hostile],
        ["measure", "sev-snp", "x", "--vmm", hostile],
        ["measure", "sev-snp", "x", "--ovmf-hash", hostile],
        ["measure", "sev-snp", "x", "--id-key", "k", "--family-id", hostile],
        [
            "measure", "sev-snp", "/usr/share/ovmf/OVMF.fd", "--vcpus", "1", "--cpu", "EPYC",
            "--id-key", hostile,
        ],
        ["explain", hostile],
        ["explain", "--pid", hostile], ["divert", hostile], ["run", "--seccomp", hostile],
        ["\(hostile)\n\(hostile)"],
    ])
    func `no word that a command is called with is shown as it is`(words: [String]) async throws {
        var request = launcherctl()
        request.arguments += words.map { ByteString($0) }
        // These are told apart from what is expected without being repeated.
        let silent = [
            ["firmware", "list"], ["plan", "--vmid"], ["measure", "--vmid"], ["check", "--config"],
            ["measure", "sev-snp", "/usr/share/ovmf/OVMF.fd", "--kernel"],
            ["measure", "sev-snp", "/usr/share/ovmf/OVMF.fd", "--cpu"],
            ["inspect", "--vars"],
        ]
        let isSilent =
            silent.contains { words.starts(with: $0 + [Self.hostile]) }
            || words.first == "explain" || words == ["plan", "--\(Self.hostile)"]
        try await requireHarmless(request, isShown: !isSilent)
    }

    @Test func `a record of the kernel's log is explained without what it would do`() async throws {
        let name = Self.hostile.utf8.map { String($0, radix: 16) }
            .map { $0.count == 1 ? "0" + $0 : $0 }.joined()
        let record =
            "type=1326 audit(1:2): pid=7 comm=\(name) exe=\"/x\" sig=31 arch=c000003e"
            + " syscall=59 compat=0 ip=0x0 code=0x80000000"
        try await requireHarmless(launcherctl("explain", record))
    }

    /// A file in a storage, and everything that a configuration can name.
    @Test func `the store shows no name as it is`() async throws {
        let store = try StagedHost()
        try write(Data("x".utf8), to: "\(store.images)/\(Self.hostile).fd")
        let source = "\(store.path)/\(Self.hostile).fd"
        try write(read(store.image), to: source)
        let config = ["--config", store.configuration]
        for words in [
            ["list"], ["list", "--json"], ["add", source],
            ["add", source, "test:efi-firmware/b.fd"],
            ["add", "--comment", Self.hostile, source, "test:efi-firmware/c.fd"],
            ["add", "--pin", "--comment", Self.hostile, source, "test:efi-firmware/d.fd"],
        ] {
            var request = launcherctl("firmware")
            request.arguments += (words + config).map { ByteString($0) }
            let isShown = words.contains(Self.hostile) || words.count < 3 && words.last != "--json"
            try await requireHarmless(request, isShown: isShown)
        }
        for words in [["inspect"], ["inspect", "--json"], ["measure", "sev-snp"]] {
            var request = launcherctl()
            request.arguments += (words + [source]).map { ByteString($0) }
            try await requireHarmless(request, isShown: words.first == "inspect")
        }
    }

    @Test func `a VM's configuration and the storages are shown so`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(
            100,
            "bios: ovmf\nargs: -efi-firmware \(Self.hostile)\n\n[\(Self.hostile)]\nargs: '\n"
        )
        let storages = "dir: a\n\tpath /srv\n\t\(Self.hostile) \(Self.hostile)\n\n\(Self.hostile)\n"
        try write(Data(storages.utf8), to: "\(host.cluster)/storage.cfg", mode: 0o640)
        let told = "\(host.node)/qemu-launcher.version"
        try write(Data(Self.hostile.utf8), to: told, mode: 0o640)
        let config = host.store.configuration
        for words in [
            ["check"], ["check", "--json"], ["firmware", "list"], ["firmware", "list", "--json"],
            ["firmware", "remove", StagedHost.volume],
        ] {
            var request = launcherctl()
            request.arguments += (words + ["--config", config]).map { ByteString($0) }
            try await requireHarmless(request, isShown: words.last != "--json")
        }
    }

    @Test(arguments: [
        "\(hostile)", "dir: a\n\t\(hostile)", "\(hostile): a", "launcher: \(hostile)",
        "launcher: defaults\n\tqemu \(hostile)", "vm: \(hostile)\n\tfirmware \(hostile)",
        "firmware: \(hostile)", "firmware: /\(hostile)\n\tsha256 \(hostile)",
    ])
    func `a configuration is refused without what it would do`(text: String) async throws {
        let store = try StagedHost()
        try store.writeConfiguration(Data("\(text)\n".utf8))
        try await requireHarmless(store.launcher(["-S"]))
        try await requireHarmless(launcherctl("check", "--config", store.configuration))
    }

    @Test(.needsDpkg)
    func `who has diverted QEMU's path is named so`() async throws {
        let store = try StagedHost()
        let root = "\(store.path)/root"
        try FileManager.default.createDirectory(
            atPath: "\(root)/var/lib/dpkg",
            withIntermediateDirectories: true
        )
        let diversion = "/usr/bin/kvm\n/usr/bin/kvm.distrib\n\(Self.hostile)\n"
        try write(Data(diversion.utf8), to: "\(root)/var/lib/dpkg/diversions", mode: 0o644)
        for words in [["status"], ["status", "--json"], ["enable"], ["disable"]] {
            var request = launcherctl("divert")
            request.arguments += words.map { ByteString($0) }
            request.environment.append(ByteString("DPKG_ROOT=\(root)"))
            try await requireHarmless(request, isShown: words != ["enable"])
        }
    }

    /// Else the next command would forget to.
    @Test func `no command prints by another way`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "Sources/launcherctl")
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        )
        var read = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            read += 1
            guard file.lastPathComponent != "Output.swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for way in [" print(", "puts(", "debugPrint(", "fwrite("] {
                #expect(!text.contains(way), "\(file.lastPathComponent)")
            }
        }
        #expect(read > 30)
    }
}

/// Colour is for terminals.
@Suite(.launching, .needsProducts, .needsFirmware)
struct ColourTests {
    /// What a command prints on a terminal of its own.
    private func onTerminal(
        _ request: Child.Request,
        columns: UInt16 = 0,
    ) async throws -> String {
        var (master, slave): (Int32, Int32) = (-1, -1)
        var size = winsize()
        size.ws_col = columns
        try check(unsafe openpty(&master, &slave, nil, nil, &size))
        defer { close(master) }
        var request = request
        request.descriptors = [0: nullDevice.fileDescriptor, 1: slave, 2: slave]
        var child = try Child(request)
        _ = try await child.wait()
        close(slave)
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        // A terminal gives its lines in parts, and fails (EIO) when nobody can write there any more.
        while true {
            let count = unsafe Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let commands: [[ByteString]] = [
        ["check"], ["firmware", "list"], ["firmware", "verify"],
    ]

    @Test(arguments: commands)
    func `a command is in colour on a terminal that has it`(command: [ByteString]) async throws {
        let store = try StagedHost()
        var request = Child.Request(
            program: Products.launcherctl,
            arguments: ["launcherctl"] + command + ["--config", ByteString(store.configuration)],
        )
        request.environment.append("COLUMNS=80")
        let piped = try await run(request).output
        #expect(!piped.contains("\u{1B}"))
        let environment = request.environment
        request.environment = environment + ["TERM=xterm"]
        let coloured = try await onTerminal(request)
        #expect(coloured.contains("\u{1B}[32m"))
        let escapes = /\u{1B}\[\d+m/
        #expect(coloured.replacing(escapes, with: "").replacing("\r\n", with: "\n") == piped)
        for setting in ["NO_COLOR=1", "TERM=dumb"] as [ByteString] {
            request.environment = environment + [setting]
            #expect(try await !onTerminal(request).contains("\u{1B}"))
        }
    }

    @Test func `text is as wide as its terminal, or as COLUMNS says, and whole in a pipe`()
        async throws
    {
        var request = Child.Request(
            program: Products.launcherctl,
            arguments: ["launcherctl", "inspect", ByteString(Machine.codeImage)],
        )
        func widest(_ text: String) -> Int {
            let lines = text.split(whereSeparator: \.isNewline)
            // A word that is longer than the terminal stays whole.
            return lines.filter { !$0.contains("sha256:") }.map(\.count).max() ?? 0
        }
        let whole = widest(try await run(request).output)
        #expect(whole > 80)
        for columns in [60, 80] as [UInt16] {
            let width = widest(try await onTerminal(request, columns: columns))
            #expect((40...Int(columns)).contains(width))
        }
        request.environment.append("COLUMNS=70")
        #expect((60...70).contains(widest(try await onTerminal(request, columns: 200))))
        #expect((60...70).contains(widest(try await run(request).output)))
    }
}

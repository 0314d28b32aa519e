import Foundation
import Planning
import TestSupport
import Testing

/// What a shell offers, asked of real shells with what the package installs.
@Suite(.launching, .needsProducts, .needsFirmware)
struct CompletionTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Packaging/completions").path

    private static func hasShell(_ name: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(name)")
    }

    /// A host with two VMs, in whose folder `work` there are files with harmless and hostile names.
    private func host() throws -> StagedProxmoxHost {
        let host = try StagedProxmoxHost()
        for vmid in [100, 101] { try host.addVirtualMachine(vmid, "bios: ovmf\n") }
        try host.addVirtualMachine(102, "bios: ovmf\n", node: "other")
        try write(Data(), to: "\(host.store.images)/b.fd")
        try host.configure(
            sections: "vm: router\n\tseccomp log\n\nvendor: acme\n\tkey /etc/acme.pub\n"
        )
        let work = "\(host.store.path)/work"
        try makeDirectory(work)
        try makeDirectory("\(work)/images")
        for name in ["c.fd", "$(touch pwned).fd", "`touch pwned`.fd", "it's.fd", "d e.fd"] {
            try write(Data(), to: "\(work)/\(name)")
        }
        return host
    }

    private func shell(
        _ host: StagedProxmoxHost,
        _ program: String,
        _ arguments: [ByteString],
    ) async throws -> Outcome {
        let programs = URL(filePath: Products.launcherctl).deletingLastPathComponent().path
        return try await run(
            Child.Request(
                program: "/usr/bin/\(program)",
                arguments: [ByteString(program)] + arguments,
                environment: [
                    ByteString("PATH=\(programs):/usr/bin:/bin"), "LC_ALL=C",
                    ByteString("HOME=\(host.store.path)"),
                ],
                directory: "\(host.store.path)/work",
            )
        )
    }

    /// Bash ends a word at every colon and '=', and calls a function with what it made of the line.
    private func bash(_ host: StagedProxmoxHost, _ line: String) async throws -> [String] {
        let call = line.hasPrefix("qemu-launcher") ? "_qemu_launcher" : "_launcherctl_by_blanks"
        let script = """
            eval "$(launcherctl --generate-completion-script bash)"
            source \(Self.folder)/launcher.bash
            COMP_LINE=$1 COMP_POINT=${#1}
            parted=${1//:/ : } parted=${parted//=/ = }
            read -ra COMP_WORDS <<<"$parted"
            [[ $1 = *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            \(call)
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = try await shell(
            host,
            "bash",
            ["-c", ByteString(script), "-", ByteString(line)]
        )
        #expect(outcome.end == .status(0))
        #expect(outcome.errors.isEmpty)
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test(
        .enabled(if: hasShell("bash"), "no bash"),
        arguments: [
            (
                "firmware pin ",
                ["c.fd", "images/", "test:efi-firmware/a.fd", "test:efi-firmware/b.fd"]
            ),
            ("firmware remove te", ["test:efi-firmware/a.fd", "test:efi-firmware/b.fd"]),
            // Bash keeps what is before the colon.
            ("firmware verify test:efi-firmware/b", ["efi-firmware/b.fd"]),
            ("firmware verify test:", ["efi-firmware/a.fd", "efi-firmware/b.fd"]),
            ("firmware list t", ["test"]),
            ("firmware unpin test:", ["efi-firmware/a.fd", "efi-firmware/b.fd"]),
            ("firmware update test:", ["efi-firmware/a.fd", "efi-firmware/b.fd"]),
            ("firmware update test:efi-firmware/a.fd c", ["c.fd"]),
            ("firmware add --signature c", ["c.fd"]),
            ("firmware add --vendor ", ["acme"]),
            ("vm set ", ["100", "101", "router"]),
            ("vm set 100 se", ["seccomp"]),
            ("vm set 100 seccomp ", ["enforce", "log", "off"]),
            ("vm set 100 default-firmware ", ["no", "yes"]),
            ("vm set 100 firmware test:", ["efi-firmware/a.fd", "efi-firmware/b.fd"]),
            ("vm unset 100 fi", ["firmware"]),
            ("measure --vmm ", ["ec2", "gce", "qemu"]),
            (
                "firmware add c.fd test:",
                ["efi-firmware/a.fd", "efi-firmware/b.fd", "efi-firmware/c.fd"]
            ),
            ("inspect i", ["images/"]), ("run --seccomp ", ["enforce", "log", "off"]),
            ("check --node ", [Machine.nodeName.description, "other"].sorted()),
        ]
    )
    func `bash offers what this host has`(line: String, expected: [String]) async throws {
        let host = try host()
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let command =
            ["firmware", "vm"].contains(words[0])
            ? line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false) : words
        let option = "--config \(host.store.configuration)"
        let start = command.dropLast().joined(separator: " ")
        let found = try await bash(host, "launcherctl \(start) \(option) \(command.last ?? "")")
        #expect(found.sorted() == expected)
        withExtendedLifetime(host) {}
    }

    /// Of every command, as swift-argument-parser describes them.
    @Test func `what has no completion is for a person to make up`() async throws {
        struct Help: Decodable {
            struct Command: Decodable {
                let commandName: String
                let arguments: [Argument]?
                let subcommands: [Command]?
            }
            struct Argument: Decodable {
                let kind: String
                let valueName: String?
                let completionKind: [String: Anything]?
            }
            struct Anything: Decodable {}

            let command: Command
        }
        func words(_ command: Help.Command) -> [String] {
            guard command.commandName != "help" else { return [] }
            return (command.arguments ?? []).filter {
                $0.kind != "flag" && $0.completionKind == nil
            }
            .map { "\(command.commandName) \($0.valueName ?? "")" }
                + (command.subcommands ?? []).flatMap(words)
        }

        let request = Child.Request(
            program: Products.launcherctl,
            arguments: ["launcherctl", "--experimental-dump-help"]
        )
        let outcome = try await run(request)
        let help = try JSONDecoder().decode(Help.self, from: Data(outcome.output.utf8))
        let free: Set = ["hex", "comment", "n", "number", "digest", "text"]
        let missing = words(help.command).filter { word in
            !free.contains(word.split(separator: " ").last.map(String.init) ?? "")
        }
        #expect(missing.isEmpty)
    }

    /// A name that a shell would run is offered by nobody who does not quote it.
    @Test(.enabled(if: hasShell("bash"), "no bash"))
    func `names of files that a shell would run are not offered`() async throws {
        let host = try host()
        #expect(try await bash(host, "launcherctl inspect ").sorted() == ["c.fd", "images/"])
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(host.store.path)/work")
        #expect(!files.contains("pwned"))
    }

    @Test(
        .enabled(if: hasShell("bash"), "no bash"),
        arguments: ["launcherctl plan --", "launcherctl run --no-serial --", "qemu-launcher"]
    )
    func `bash offers QEMU's options and ours, and what their values may be`(
        start: String
    ) async throws {
        let host = try host()
        let options = try await bash(host, "\(start) -m 512 -efi")
        #expect(options.sorted() == ["-efi-firmware", "-efidisk0"])
        #expect(try await bash(host, "\(start) -m 512 --dae") == ["--daemonize"])
        // Removed before QEMU 7.2.
        #expect(try await bash(host, "\(start) -no-quit").isEmpty)
        #expect(try await bash(host, "\(start) -cpu EPYC-Mi") == ["EPYC-Milan"])
        let own = "\(start) -launcher-config \(host.store.configuration) -efi-firmware "
        #expect(
            try await bash(host, own).sorted()
                == ["test:efi-firmware/a.fd", "test:efi-firmware/b.fd"]
        )
        #expect(try await bash(host, "\(start) -kernel c") == ["c.fd"])
        withExtendedLifetime(host) {}
    }

    @Test(.enabled(if: hasShell("bash"), "no bash"))
    func `a configuration that is broken offers nothing and says nothing`() async throws {
        let host = try host()
        try write(Data("nonsense\n".utf8), to: host.store.configuration)
        let option = "--config=\(host.store.configuration)"
        #expect(try await bash(host, "launcherctl firmware verify \(option) ").isEmpty)
        withExtendedLifetime(host) {}
    }

    @Test(.enabled(if: hasShell("fish"), "no fish"))
    func `fish offers QEMU's options and volumes`() async throws {
        let host = try host()
        for (line, expected) in [
            ("qemu-launcher -efi-f", "-efi-firmware\n"),
            (
                "qemu-launcher -launcher-config \(host.store.configuration) -efi-firmware test:efi-firmware/b",
                "test:efi-firmware/b.fd\n"
            ),
        ] {
            let script = "source \(Self.folder)/qemu-launcher.fish; complete -C '\(line)'"
            let outcome = try await shell(host, "fish", ["-N", "-c", ByteString(script)])
            #expect(outcome.output == expected, "\(outcome.errors)")
        }
    }

    /// In a terminal of its own, as zsh completes nowhere else.
    @Test(.enabled(if: hasShell("zsh"), "no zsh"))
    func `zsh completes volumes and QEMU's options`() async throws {
        let host = try host()
        let lines = [
            (
                "launcherctl firmware verify --config ../launcher.conf test:efi-firmware/b",
                "test:efi-firmware/b.fd"
            ),
            ("launcherctl plan -- -efi-f", "-efi-firmware"),
            ("qemu-launcher -efi-f", "-efi-firmware"),
        ]
        for (line, expected) in lines {
            let script = """
                mkdir -p ../zsh && launcherctl --generate-completion-script zsh >../zsh/_launcherctl
                cp \(Self.folder)/_qemu-launcher ../zsh
                zmodload zsh/zpty
                zpty terminal zsh -f -i
                zpty -w terminal 'PS1=ready; stty columns 200; fpath=($PWD/../zsh $fpath)'
                zpty -w terminal 'autoload -Uz compinit; compinit -u -D; print set; bindkey "^I" complete-word'
                zpty -r terminal text '*set*ready*'
                zpty -w -n terminal '\(line)'$'\\t'
                zpty -r terminal text '*\(expected) *' && print found
                zpty -d terminal
                """
            let outcome = try await shell(host, "zsh", ["-f", "-c", ByteString(script)])
            #expect(
                outcome.output.hasSuffix("found\n"),
                "\(line): \(outcome.output) \(outcome.errors)"
            )
        }
        withExtendedLifetime(host) {}
    }
}

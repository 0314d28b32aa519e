import ArgumentParser
import FoundationEssentials
import Host
import Planning
import SystemPackage

/// `launcherctl plan`: the launcher's own decision, up to the point where it would become QEMU.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what qemu-launcher would do with a QEMU command line. Starts nothing.",
        discussion: """
            The command line is read as the launcher reads it, the firmware is looked up, verified \
            and sealed, and then everything is let go. What would be refused is refused here, with \
            the same message and exit status.

            A first word that names a program (/usr/bin/kvm, qemu-system-x86_64) is taken for \
            argv[0].

            EXAMPLES
              launcherctl plan --vmid 100
              launcherctl plan -- -efi-firmware local:efi-firmware/ovmf.fd -machine q35 -m 512
              launcherctl plan --json -- /usr/bin/kvm -id 100 -bios /usr/share/ovmf/OVMF.fd
            """,
    )

    @Flag(help: "Print the plan as JSON.")
    var json = false

    @OptionGroup var commandLine: CommandLineArguments

    func validate() throws { try commandLine.requireGiven() }

    func run() throws {
        do throws(LaunchFailure) {
            let launch = try PreparedLaunch.prepare(commandLine.invocation())
            let report = PlanReport(launch)
            if json {
                Output.show(json: try report.json())
            } else {
                Output.show(report.text)
            }
        } catch {
            throw refuse(error)
        }
    }
}

/// A plan as people and programs read it.
struct PlanReport {
    let plan: LaunchPlan
    let facts: SealedFacts?
    let warnings: [LaunchWarning]
    let forecast: LaunchForecast?

    init(_ launch: borrowing PreparedLaunch) {
        plan = launch.plan
        facts = launch.facts
        warnings = launch.warnings
        forecast = launch.forecast
    }

    /// Labelled lines, then the command line, an option a line.
    var text: String {
        var rows = [("vm", plan.identity.label ?? "not named")]
        rows += firmwareRows
        rows += [
            ("program", plan.programs.map(\.string).joined(separator: ", else ")),
            ("seccomp", plan.confinement.mode.rawValue),
            ("landlock", plan.confinement.files.mode.rawValue),
        ]
        if let kept = plan.confinement.capabilities.kept {
            let names = kept.sorted { $0.rawValue < $1.rawValue }.map(\.name)
            rows.append(("keeps", names.isEmpty ? "no capability" : names.joined(separator: ", ")))
        }
        rows += plan.confinement.ruleset.groups.map {
            ("group", "\($0.group.name) (\($0.cause)): \($0.group.purpose)")
        }
        rows += plan.removedVariables.map { ("removed", "\($0.escaped) from the environment") }
        rows += warnings.flatMap { warning in
            [("warning", warning.message)] + (warning.hint.map { [("hint", $0)] } ?? [])
        }
        return ([labelled(rows), "", "command line"] + commandLine).joined(separator: "\n")
    }

    private var firmwareRows: [(String, String)] {
        guard let firmware = plan.firmware, let facts else {
            return [("firmware", "as the command line attaches it")]
        }
        let proofs = facts.proofs.map(\.rawValue).joined(separator: ", ")
        return [
            ("firmware", firmware.choice.name),
            ("chosen by", firmware.choice.origin),
            ("checksum", facts.digests.map(\.description).joined(separator: ", ")),
            ("pinned by", firmware.choice.pins.map(\.origin).joined(separator: ", ")),
            ("size", "\(facts.byteCount) bytes"),
            ("read-only", proofs.isEmpty ? "not asked of stock firmware" : "proven by \(proofs)"),
            ("guest", firmware.guest.displayName),
            ("attachment", firmware.attachment.rawValue),
        ] + forecastRows
    }

    private var forecastRows: [(String, String)] {
        switch forecast {
        case nil: []
        case .unknown(let gap): [("digest", "not known: \(gap.message)")]
        case .digests(let digests):
            digests.flatMap { expected in
                [("digest", expected.digest.description)]
                    + (expected.variant.map { [("", "(\($0.rawValue): \($0.condition))")] } ?? [])
            }
        }
    }

    /// Each option with its value on a line of its own, quoted for a shell.
    private var commandLine: [String] {
        let vector = ArgumentVector(plan.arguments)
        let starts = Set(vector.options.map(\.index))
        var lines: [String] = []
        for (index, word) in plan.arguments.enumerated() {
            let quoted = ShellWord.quoted(word)
            if index == 0 || starts.contains(index) || !starts.contains(index - 1) {
                lines.append("  " + quoted)
            } else {
                lines[lines.count - 1] += " " + quoted
            }
        }
        return lines
    }
}

/// The launch digest of a guest that starts with the firmware its command line attaches.
enum StockForecast {
    static func make(_ plan: LaunchPlan) throws(LaunchFailure) -> LaunchForecast {
        let commandLine = plan.commandLine
        let machine = MachineOptions(commandLine)
        let guest: GuestKind
        let path: ByteString?
        let flash: FlashFile?
        do throws(AttachmentError) {
            guest = try GuestKind(commandLine, machine: machine)
            path = try StockImage.path(in: commandLine)
            flash = try FlashFile(
                codeOf: AttachedFirmware(commandLine, machine: machine),
                in: commandLine
            )
        } catch {
            throw LaunchFailure(error)
        }
        guard guest.isConfidential else { return .unknown(.notConfidential) }
        let other =
            machine.last("firmware")?.quote ?? machine.last("igvm-cfg")?.quote
            ?? commandLine.all("set").first.map { commandLine.quote($0) }
        if let other { return .unknown(.otherFirmware(option: other)) }
        guard let path else { return .unknown(.noFirmware) }
        guard let text = path.text, flash?.isWholeFile ?? true else {
            return .unknown(.flashFormat(path.escaped))
        }
        let bytes = try ImageArgument(file: FilePath(text)).read()
        let attachment: JudgementContext.Attachment = flash == nil ? .bios : .flash
        StartDoubt(about: text, bytes.span, of: guest, attachment: attachment).say()
        return LaunchForecast(of: bytes.span, guest: guest, commandLine: commandLine)
            ?? .unknown(.notConfidential)
    }
}

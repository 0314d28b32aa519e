import Host
import Planning
import SystemPackage

/// A plan as people and programs read it.
struct PlanReport {
    let plan: LaunchPlan
    let facts: SealedFacts?
    let warnings: [LaunchWarning]
    let forecast: LaunchForecast?

    /// Labelled lines, then the command line, an option a line.
    ///
    /// - Parameter width: of the output, in columns; `nil` for one without an end.
    func text(width: Int? = Terminal.width) -> String {
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
        return ([labelled(rows, width: width), "", "command line"] + commandLine).joined(
            separator: "\n"
        )
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
        ] + statedRows + [
            (
                "read-only",
                proofs.isEmpty ? "not required for stock firmware" : "proven by \(proofs)"
            ),
            (
                "guest",
                firmware.guest.displayName
                    + (firmware.context.isRun ? "" : ", a template, paused for its backup")
            ),
            ("attachment", firmware.attachment.rawValue),
        ] + forecastRows
    }

    /// What the pin says besides: what spares a start a look at the image, and who signed it.
    private var statedRows: [(String, String)] {
        let build = plan.firmware?.image.build.map { ("build", "\($0.build.text)", $0.origin) }
        let signer = plan.firmware?.choice.signer.map { ("signed by", "\($0.signer)", $0.origin) }
        return [build, signer].compactMap(\.self).map { ($0.0, "\($0.1), stated by \($0.2)") }
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

    /// Each option with its value on its own line, quoted for a shell.
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

extension PlanReport {
    init(_ launch: borrowing PreparedLaunch) {
        plan = launch.plan
        facts = launch.facts
        warnings = launch.warnings
        forecast = launch.forecast
    }
}

/// A word as a shell takes it.
enum ShellWord {
    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_".utf8
    )

    /// In single quotes if it needs any; what cannot be shown is written as `$'\xHH'`, which bash,
    /// zsh and ksh read.
    static func quoted(_ word: ByteString) -> String {
        if !word.isEmpty, word.bytes.allSatisfy(plain.contains) { return word.escaped }
        guard let text = word.text, printable(text) == text else {
            return "$'" + word.escaped.replacing("'", with: "\\'") + "'"
        }
        return "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}

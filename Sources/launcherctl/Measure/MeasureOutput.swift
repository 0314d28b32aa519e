import ArgumentParser

/// The options that say how a launch digest is shown.
struct MeasureOutput: ParsableArguments {
    @Flag(help: "Print the digests as JSON.")
    var json = false

    @Flag(help: "Print the first digest alone, in hexadecimal.")
    var hex = false

    @Flag(help: "Print the first digest alone, in base64.")
    var base64 = false

    @Option(
        help: ArgumentHelp(
            "legacy or init2 (SEV-ES), single-pass or two-pass (TDX).",
            valueName: "name"
        )
    )
    var variant: String?

    @Option(
        help: ArgumentHelp(
            "Compare: status 0 where a digest is this one, else 65.",
            valueName: "hex"
        )
    )
    var expect: String?

    func validate() throws { _ = try output() }

    func output() throws(ValidationError) -> DigestOutput {
        let forms: [(isAsked: Bool, form: DigestOutput.Form)] = [
            (json, .json), (hex, .hexadecimal), (base64, .base64),
        ]
        let asked = forms.filter(\.isAsked).map(\.form)
        guard asked.count < 2 else {
            throw ValidationError("--json, --hex and --base64 are three outputs; ask for one")
        }
        return try DigestOutput(
            asked.first ?? .table,
            variant: variant,
            expected: expect,
        )
    }
}

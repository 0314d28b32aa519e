import Planning

/// What `check --json` prints.
struct CheckDocument: Encodable {
    struct Entry: Encodable {
        let area: String
        let subject: String
        let state: String
        let message: String
        let hint: String?
    }

    let version: String
    let state: String
    let findings: [Entry]

    init(_ findings: [CheckResult], _ worst: CheckResult.State) {
        version = Version.current
        state = worst.rawValue
        self.findings = findings.map {
            Entry(
                area: $0.area,
                subject: $0.subject,
                state: $0.state.rawValue,
                message: $0.message,
                hint: $0.hint,
            )
        }
    }
}

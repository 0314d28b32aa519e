/// What `launcherctl divert status --json` prints.
struct DiversionDocument: Encodable {
    let path: String
    /// `enabled`, `disabled`, `incomplete` or `foreign`.
    let state: String
    /// What else there is to say about the state; may be empty.
    let remark: String
}

/// What the audit of a VM with custom firmware says of a word of the command line.
///
/// A word without a row in its table is refused. `refused` is for those whose reason is known, so
/// that the message can give it.
package enum AuditVerdict: Equatable, Sendable {
    /// Whatever its value is, it cannot bring in, replace or overwrite the firmware.
    case harmless(because: String)
    /// Its value decides; it is read by code of its own.
    case examined(because: String)
    /// It changes what the guest runs, and that is what it is for: `debug allow`.
    case debugging(because: String)
    case refused(because: String)
}

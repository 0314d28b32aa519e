/// What the kernel wrote down about a Landlock domain: an audit record of type LANDLOCK_ACCESS
/// (1423) or LANDLOCK_DOMAIN (1424), since Linux 6.15, as it stands in the kernel's log or in that
/// of auditd. The kernel writes them only while auditing is on (`auditctl -e 1`, or auditd).
///
/// Source: Documentation/admin-guide/LSM/landlock.rst of the kernel.
package enum LandlockRecord: Hashable, Sendable {
    case refusal(domain: ByteString, Refused)
    /// Says whose domain it is, with its first refusal.
    case domain(ByteString, processID: Int)

    package struct Refused: Hashable, Sendable {
        /// `fs.write_file`, `scope.signal` and the like.
        package let blockers: [String]
        package let path: ByteString?
        /// The process on the other side, for signals and traces.
        package let other: ByteString?
    }

    /// - Returns: `nil` where the line holds no such record, or not all of it.
    package init?(parsing line: ByteString) {
        let fields = AuditFields(of: line)
        guard let domain = fields["domain"] else { return nil }
        if fields.isRecord("1423", "LANDLOCK_ACCESS"), let blockers = fields["blockers"]?.text {
            self = .refusal(
                domain: domain,
                Refused(
                    blockers: blockers.split(separator: ",").map(String.init),
                    path: fields.name("path"),
                    other: fields.name("ocomm"),
                ),
            )
        } else if fields.isRecord("1424", "LANDLOCK_DOMAIN"),
            let processID = fields["pid"]?.text.flatMap({ Int($0) })
        {
            self = .domain(domain, processID: processID)
        } else {
            return nil
        }
    }
}

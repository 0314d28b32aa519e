/// How a running process is confined, as the kernel shows it in /proc/PID/status.
package struct ProcessConfinement: Hashable, Sendable {
    package let name: ByteString
    /// As the kernel's Documentation/filesystems/proc.rst has it: 0 off, 1 strict, 2 filters.
    package let seccompMode: Int
    /// `nil` where the kernel does not tell (before Linux 5.9).
    package let filterCount: Int?
    package let noNewPrivileges: Bool

    /// - Returns: `nil` where the text is no such status, or the kernel has no seccomp.
    package init?(parsing status: ByteString) {
        var fields: [String: ByteString] = [:]
        for line in status.bytes.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let key = String(decoding: line[..<colon], as: UTF8.self)
            let value = line[line.index(after: colon)...].drop { $0 == 0x20 || $0 == 0x09 }
            fields[key] = ByteString(value)
        }
        guard let name = fields["Name"],
            let mode = fields["Seccomp"]?.text.flatMap({ Int($0) })
        else { return nil }
        self.name = name
        seccompMode = mode
        filterCount = fields["Seccomp_filters"]?.text.flatMap { Int($0) }
        noNewPrivileges = fields["NoNewPrivs"] == "1"
    }

    /// On one line.
    package var summary: String {
        let filters =
            switch seccompMode {
            case 0: "no seccomp filter"
            case 2: filterCount.map { "\($0) seccomp filter\($0 == 1 ? "" : "s")" } ?? "seccomp"
            default: "seccomp mode \(seccompMode)"
            }
        return "\(quoted(name)): \(filters), no_new_privs \(noNewPrivileges ? "set" : "not set")"
    }
}

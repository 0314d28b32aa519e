/// What Landlock refused, in words: what it was, which rows are about it, and what would allow it.
package struct FileExplanation: Hashable, Sendable {
    package let subject: String
    package let outcome: String
    /// Rows of the table that would allow it.
    package let rows: [Row]
    package let remedy: String

    package struct Row: Hashable, Sendable {
        package let group: String
        package let path: ByteString
        package let access: FileAccess
        package let reason: String
    }

    package init(_ refused: LandlockRecord.Refused) {
        let names = refused.blockers.filter { $0.hasPrefix("fs.") }.map { $0.dropFirst(3) }
        let wanted = FileAccess.rights.filter { names.contains(Substring($0.name)) }
            .reduce(into: FileAccess()) { $0.formUnion($1.access) }
        let what = refused.blockers.joined(separator: ", ")
        guard let path = refused.path, !wanted.isEmpty else {
            subject = what + (refused.other.map { " to \(quoted($0))" } ?? "")
            outcome = "failed"
            rows = []
            remedy = Self.remedy(outside: refused.blockers)
            return
        }
        subject = "\(what) of \(quoted(path))"
        outcome = "failed with EACCES"
        let groups = FileGroup.all.filter { group in
            group.rows.contains { Self.allows($0, wanted, path) }
        }
        rows = groups.flatMap { group in
            group.rows.filter { Self.allows($0, wanted, path) }.map {
                Row(group: group.name, path: $0.path, access: $0.access, reason: $0.reason)
            }
        }
        remedy = Self.remedy(for: wanted, path, groups)
    }

    private static func allows(_ row: FileRow, _ wanted: FileAccess, _ path: ByteString) -> Bool {
        row.access.isSuperset(of: wanted)
            && FileRule(row, of: "", because: .always).covers(path)
    }

    private static func remedy(
        for wanted: FileAccess,
        _ path: ByteString,
        _ groups: [FileGroup],
    ) -> String {
        let demands = groups.compactMap(\.demand)
        if !demands.isEmpty { return "allowed with " + demands.joined(separator: ", or with ") }
        if let place = ProtectedPlace.refusing(wanted, at: path, isFolder: false) {
            return
                "no row may allow it (\(place.path.escaped): \(place.reason)): look for an attack"
        }
        if groups.contains(where: { $0.demand == nil }) {
            return "a row of every VM allows it: the file was replaced, or mounted, after the start"
        }
        return "allowed where QEMU's command line names the file, or a storage of storage.cfg or"
            + " launcher.conf ('dir:') has it; 'landlock off' in launcher.conf lets the VM open all"
    }

    private static func remedy(outside blockers: [String]) -> String {
        if blockers.contains("scope.signal") {
            return "QEMU has nobody to signal unless it starts programs: 'spawn allow'"
        }
        if blockers.contains("scope.abstract_unix_socket") {
            return "allowed with abstract=on of a channel, with a display of windows, or with"
                + " 'spawn allow'"
        }
        return "nothing of QEMU's does this: look for an attack, or set 'landlock off'"
    }
}

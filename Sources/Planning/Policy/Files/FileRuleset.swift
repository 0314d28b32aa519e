/// The files that one VM may open: everything else is refused if Landlock enforces.
package struct FileRuleset: Hashable, Sendable {
    package let rules: [FileRule]
    package let scope: DomainScope

    package init(rules: [FileRule], scope: DomainScope) {
        self.rules = rules
        self.scope = scope
    }

    /// Whether a row is about the path, as far as names tell.
    package func covers(_ path: ByteString) -> Bool { rules.contains { $0.covers(path) } }
}

/// How a launch restricts files.
package struct FilePlan: Hashable, Sendable {
    package let mode: LandlockMode
    /// `nil` if nobody looked, as for a launch with `landlock off`.
    package let ruleset: FileRuleset?
    /// Names in the command line that look like files, and that no row is about.
    package let uncovered: [UncoveredFile]

    package init(mode: LandlockMode, ruleset: FileRuleset?, uncovered: [UncoveredFile] = []) {
        self.mode = mode
        self.ruleset = ruleset
        self.uncovered = uncovered
    }

    package static let off = FilePlan(mode: .off, ruleset: nil)
}

/// A value that looks like a file's name and is in no row.
package struct UncoveredFile: Hashable, Sendable {
    /// As a message quotes it.
    package let option: String
    package let path: ByteString
}

extension FileRuleset {
    /// The rows for one command line.
    ///
    /// - Parameter groups: the groups of system calls that were selected for it.
    package static func derived(
        from commandLine: QEMUCommandLine,
        groups: [SelectedGroup],
        in surroundings: LaunchSurroundings,
    ) -> FileRuleset {
        var rules = programRules(surroundings)
        func add(_ group: FileGroup, because cause: GroupCause) {
            if rules.contains(where: { $0.group == group.name }) { return }
            rules += group.rows.map { FileRule($0, of: group.name, because: cause, isOurs: true) }
        }
        add(.runtime, because: .always)
        for selected in groups {
            for group in FileGroup.features where group.name == selected.group.name {
                add(group, because: selected.cause)
            }
        }
        for option in commandLine.options {
            for group in option.fileGroups { add(group, because: commandLine.cause(option)) }
        }
        for group in [FileGroup.throwaway, .windowsShare] {
            guard let folder = surroundings.temporaryFolder,
                let rule = rules.first(where: { $0.group == group.name })
            else { continue }
            let row = FileRow(
                folder.absolute(from: surroundings.workingDirectory),
                rule.row.access,
                because: "TMPDIR, which QEMU uses instead of \(rule.path.escaped)",
            )
            rules.append(FileRule(row, of: rule.group, because: rule.cause))
        }
        rules += namedRules(commandLine, surroundings)
        rules += storageRules(commandLine, surroundings)
        return FileRuleset(rules: rules.unique, scope: scope(groups, commandLine))
    }

    /// QEMU itself: the launcher's own exec happens inside the domain.
    private static func programRules(_ surroundings: LaunchSurroundings) -> [FileRule] {
        guard let program = surroundings.programs.first else { return [] }
        var rules = surroundings.programs.enumerated().map { index, path in
            FileRule(
                FileRow(
                    path,
                    [.execute, .readFile],
                    because: index == 0 ? "QEMU's program" : "what loads QEMU's program",
                ),
                of: "program",
                because: .always,
                isOurs: true,
            )
        }
        // QEMU finds its data from where its program is (`get_relocated_path` in util/cutils.c).
        let isInstalled = ["bin", "sbin"].contains(program.folder.lastPathComponent)
        let folders =
            [isInstalled ? program.folder.folder : program.folder]
            + surroundings.programs.dropFirst().map(\.folder)
        for folder in folders where folder != "/" && folder != "/usr" {
            rules.append(
                FileRule(
                    FileRow(folder, .read, because: "QEMU's own libraries, modules and data"),
                    of: "program",
                    because: .always,
                    isOurs: true,
                )
            )
        }
        return rules
    }

    private static func namedRules(
        _ commandLine: QEMUCommandLine,
        _ surroundings: LaunchSurroundings,
    ) -> [FileRule] {
        var rules: [FileRule] = []
        for option in commandLine.options {
            let cause = commandLine.cause(option)
            for file in option.namedFiles {
                let row = file.row(from: surroundings.workingDirectory)
                // Only there, and in a file that does nothing else, it may be written to.
                let isSwitch = file.use == .cancels && row.path.hasPrefix("/sys/")
                rules.append(
                    FileRule(row, of: "command line", because: cause, isOurs: isSwitch)
                )
                rules += referenced(by: row, surroundings, cause, depth: 0)
            }
        }
        return rules
    }

    /// QEMU follows a chain to its end; a circle ends here.
    private static let maximumDepth = 200

    private static func referenced(
        by row: FileRow,
        _ surroundings: LaunchSurroundings,
        _ cause: GroupCause,
        depth: Int,
    ) -> [FileRule] {
        guard depth < maximumDepth, let references = surroundings.references[row.path] else {
            return []
        }
        return references.flatMap { reference in
            let next =
                reference.isBacking
                ? FileRow(
                    reference.path,
                    [.readFile, .control],
                    because: "an image of the command line is made on top of it",
                )
                : FileRow(
                    reference.path,
                    row.access,
                    because: "an image of the command line keeps its data in it",
                )
            return [FileRule(next, of: "command line", because: cause)]
                + referenced(by: next, surroundings, cause, depth: depth + 1)
        }
    }

    /// Without other programs and desktop libraries, QEMU has no process outside to signal, and
    /// connects to no abstract name unless an option says so.
    private static func scope(
        _ groups: [SelectedGroup],
        _ commandLine: QEMUCommandLine,
    ) -> DomainScope {
        let names = Set(groups.map(\.group.name))
        if names.contains(SyscallGroup.spawn.name) { return [] }
        let usesAbstract =
            names.contains(SyscallGroup.desktop.name)
            || commandLine.options.contains { option in
                option.anyValue(of: "abstract") { QEMUValue.truth($0) == true }
            }
        return usesAbstract ? .signals : [.signals, .abstractSockets]
    }
}

extension [FileRule] {
    /// Each path with each right once: the first row that says so stays.
    fileprivate var unique: [FileRule] {
        var seen: Set<FileRow> = []
        return filter { rule in
            let row = FileRow(
                rule.path,
                rule.row.access,
                folder: rule.row.folderAccess,
                because: ""
            )
            return seen.insert(row).inserted
        }
    }
}

extension StatedOption {
    /// The groups of files that QEMU needs because of this option, besides those that a group of
    /// system calls brings.
    fileprivate var fileGroups: [FileGroup] {
        switch name {
        case "id": [.proxmox]
        case "snapshot": [.throwaway]
        case "device": isPassedThrough ? [.vfio] : opensGraphics ? [.desktop] : []
        case "object": self["qom-type"] == "iommufd" ? [.vfio] : []
        case "netdev", "nic", "net": self["smb"] == nil ? [] : [.windowsShare]
        case "tpmdev": self["type"] == "passthrough" ? [.tpm] : []
        case "chardev": self["backend"] == "pty" ? [.pty] : []
        case "serial", "parallel", "monitor", "qmp", "qmp-pretty", "debugcon", "gdb", "qtest":
            (self["value"].map { $0 == "pty" || $0.hasPrefix("pty:") || $0 == "mon:pty" } ?? false)
                ? [.pty] : []
        default:
            !OptionSyntax.namesFiles(name)
                ? []
                : (turnsOn("snapshot") ? [.throwaway] : [])
                    + (anyValue(of: "driver") { $0 == "nvme" } ? [.vfio] : [])
        }
    }

    private var isPassedThrough: Bool { self["driver"]?.hasPrefix("vfio-") ?? false }

    /// With blobs QEMU hands pictures on through /dev/udmabuf.
    private var opensGraphics: Bool { turnsOn("blob") }
}

/// What becomes of the files that no row names.
package enum LandlockMode: String, Sendable, CaseIterable {
    /// Nothing: no domain is made.
    case off
    /// They can be opened. The kernel has no permissive Landlock and observes nothing for us: the
    /// rows are derived and looked up, and what `enforce` would refuse of the command line is
    /// said in warnings. What QEMU opens besides is not seen.
    case log
    /// The kernel refuses them, with EACCES.
    case enforce

    /// The version of Landlock that `enforce` takes (Linux 6.2): with an older one a file that
    /// cannot be opened could still be truncated by its path (LANDLOCK_ACCESS_FS_TRUNCATE).
    package static let requiredABI = 3
}

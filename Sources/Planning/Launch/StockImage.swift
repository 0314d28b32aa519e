package import SystemPackage

/// The firmware that a command line attaches by itself.
package enum StockImage {
    /// How the command line names it.
    package enum Reference: Equatable, Sendable {
        /// A file by its path, relative to the working directory or not.
        case file(FilePath)
        /// A name that QEMU looks for in the working directory, in the directories of `-L`, and in
        /// those that it was built with (`qemu_find_file` in system/datadir.c).
        case searched(FilePath)
    }

    /// - Returns: `nil` for a machine without any firmware.
    package static func reference(
        in commandLine: QEMUCommandLine
    ) throws(LaunchFailure) -> Reference? {
        let machine = MachineOptions(commandLine)
        if isWithoutFirmware(commandLine, machine) { return nil }
        let (attached, flash) = try failing { () throws(AttachmentError) in
            let attached = try AttachedFirmware(commandLine, machine: machine)
            return (attached, try FlashFile(codeOf: attached, in: commandLine))
        }
        if attached.hasFlashCode { return .file(try path(of: flash, attached)) }
        let name = attached.bios.last?.value ?? MachineType(machine["type"] ?? "pc").biosName
        guard let text = name.text else {
            throw LaunchFailure(PlanningError.stockFirmwareNotAFile(name))
        }
        return .searched(FilePath(text))
    }

    /// Of a machine that only answers questions, as libvirt starts one; no file that QEMU reads
    /// later may make it another.
    private static func isWithoutFirmware(
        _ commandLine: QEMUCommandLine,
        _ machine: MachineOptions,
    ) -> Bool {
        machine["type"] == "none" && !commandLine.vector.readsDefaultSettings
            && commandLine.options.allSatisfy { questionOptions.contains($0.name) }
    }

    /// With these a machine `none` has no processor, and nothing in its memory.
    private static let questionOptions: Set<String> = [
        "S", "accel", "chardev", "daemonize", "display", "machine", "mon", "monitor", "msg", "name",
        "no-user-config", "nodefaults", "nographic", "pidfile", "qmp", "sandbox",
    ]

    private static func path(
        of flash: FlashFile?,
        _ attached: AttachedFirmware,
    ) throws(LaunchFailure) -> FilePath {
        guard let name = flash?.file, let text = name.text else {
            let name = attached.codeDrive?.properties["file"] ?? attached.codeNode?.value
            throw LaunchFailure(PlanningError.stockFirmwareNotAFile(name ?? ""))
        }
        guard flash?.isWholeFile == true else {
            throw LaunchFailure(PlanningError.stockFirmwareNotRaw(name))
        }
        return FilePath(text)
    }

    /// The file that QEMU reads its first code from, if the command line names one; for commands
    /// that only look at it.
    package static func path(
        in commandLine: QEMUCommandLine
    ) throws(AttachmentError) -> ByteString? {
        let attached = try AttachedFirmware(commandLine, machine: MachineOptions(commandLine))
        guard attached.hasFlashCode else { return attached.bios.last?.value }
        return try FlashFile(codeOf: attached, in: commandLine)?.file
            ?? attached.codeDrive?.properties["file"] ?? attached.codeNode?.value ?? ""
    }

    /// A package's file: links are followed, so the whole path is looked up from the root.
    package static func request(
        path: FilePath,
        pins: [ImageRequest.Pin],
        build: ImageRequest.StatedBuild?,
        configuration: String,
    ) -> ImageRequest {
        ImageRequest(
            name: path.string,
            root: "/",
            directories: [path.removingLastComponent().relative.string],
            fileName: path.lastComponent?.string ?? "",
            pins: pins,
            build: build,
            configuration: configuration,
            rules: .stock,
        )
    }
}

extension FilePath {
    fileprivate var relative: FilePath {
        var path = self
        path.root = nil
        return path
    }
}

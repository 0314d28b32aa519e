import Planning

/// A launch with custom firmware, decided from its command line in the order the planner has:
/// machine, guest kind, what is attached, every other way in, and the rewrite.
struct CustomFirmwareLaunch {
    let guest: GuestKind
    let rewrite: FirmwareRewrite

    init(
        _ vector: ArgumentVector,
        imagePath: ByteString = "/proc/self/fd/9",
        sevUsesFlash: Bool = false,
        variableStore: VariableStoreOption? = nil,
        context: CommandLineAudit.Context = .withImage,
        files: SettingsFiles = .proxmox,
    ) throws(AttachmentError) {
        let commandLine = QEMUCommandLine(vector, files: files)
        let machine = MachineOptions(commandLine)
        if let type = machine["type"], !MachineType(type).hasFlash {
            throw .unsupportedMachine(type: type)
        }
        guest = try GuestKind(commandLine, machine: machine)
        let attached = try AttachedFirmware(commandLine, machine: machine)
        do throws(AuditRefusal) {
            try CommandLineAudit(commandLine, attached: attached, context: context).run()
        } catch {
            throw .refused(error)
        }
        rewrite = try FirmwareRewrite(
            commandLine,
            attached: attached,
            request: FirmwareRewrite.Request(
                imagePath: imagePath,
                guest: guest,
                sevUsesFlash: sevUsesFlash,
                variableStore: variableStore,
                vmID: vector.all("id").last?.value
            )
        )
    }
}

extension CommandLineAudit.Context {
    /// The image has the descriptor that ``CustomFirmwareLaunch`` gives it.
    static let withImage: CommandLineAudit.Context = {
        var context = CommandLineAudit.Context()
        context.descriptors = [9]
        return context
    }()
}

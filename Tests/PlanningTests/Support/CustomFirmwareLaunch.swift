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
        context: AuditContext = AuditContext(),
    ) throws(AttachmentError) {
        let machine = MachineOptions(vector)
        if let type = machine["type"], !MachineType(type).hasFlash {
            throw .unsupportedMachine(type: type)
        }
        guest = try GuestKind(vector, machine: machine)
        let attached = try AttachedFirmware(vector, machine: machine)
        if let way = OtherWayIn.first(
            in: vector,
            codeImage: CodeImageIdentity(attached),
            context: context
        ) {
            throw .otherWayIn(way)
        }
        rewrite = try FirmwareRewrite(
            vector,
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

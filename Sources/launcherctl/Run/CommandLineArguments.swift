import ArgumentParser
import Host
import Planning

/// QEMU's command line: of a VM of Proxmox, or what stands after `--`.
struct CommandLineArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The command line that Proxmox has for this VM.", valueName: "id"))
    var vmid: String?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("QEMU's command line.", valueName: "qemu-arguments"),
    )
    var words: [String] = []

    func validate() throws {
        if let vmid {
            guard words.isEmpty else {
                throw ValidationError("--vmid and a command line after '--' exclude each other")
            }
            guard VirtualMachineID(vmid) != nil else {
                throw ValidationError("--vmid: not a VM ID (expected 100 to 999999999)")
            }
        }
    }

    /// For commands that are about one VM.
    func requireGiven() throws {
        guard vmid == nil, words.isEmpty else { return }
        throw ValidationError("no command line; give --vmid, or QEMU's after '--'")
    }

    /// The call that the launcher would see.
    func invocation() throws(LaunchFailure) -> Invocation { try start().invocation }

    /// The call, and the CPUs that stand in front of it; `nil` for all.
    func start() throws(LaunchFailure) -> (invocation: Invocation, affinity: CPUList?) {
        guard let id = vmid.flatMap({ VirtualMachineID($0) }) else {
            return (try Invocation.planned(words), nil)
        }
        let command = try failing { () throws(QemuServerError) in
            try QemuServer.command(vmid: id.number)
        }
        let affinity = try failing { () throws(CPUListError) in try command.affinity() }
        let own = try LaunchFailure.invocation()
        return (own.replacingArguments(with: command.arguments), affinity)
    }
}

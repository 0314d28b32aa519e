import ArgumentParser
import Host
import Planning
import SystemPackage

import enum Crypto.Insecure

/// QEMU's command line: that of a VM of Proxmox, or the words after `--`.
struct CommandLineArguments: ParsableArguments {
    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp("The command line that Proxmox has for this VM.", valueName: "id"),
        completion: .vmid,
    )
    var vmid: String?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("QEMU's command line.", valueName: "qemu-arguments"),
        completion: .qemuWord,
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

    /// The call, and the CPUs that come before it; `nil` for all.
    func start() throws(LaunchFailure) -> (invocation: Invocation, affinity: CPUList?) {
        guard let id = vmid.flatMap({ VirtualMachineID($0) }) else {
            return (try configured(Invocation.planned(words)), nil)
        }
        let command = try QemuServer.command(vmid: id)
        let affinity = try failing { () throws(CPUListError) in try command.affinity() }
        let own = try Invocation.current()
        return (try configured(own.replacingArguments(with: command.arguments)), affinity)
    }

    /// With `--config` as the launcher's own option, if the command line does not have that.
    private func configured(_ invocation: Invocation) throws(LaunchFailure) -> Invocation {
        guard let path = options.configurationPath else { return invocation }
        let vector = ArgumentVector(invocation.arguments)
        let stated = vector.all("launcher-config")
        for option in stated where option.value.map({ FilePath($0) }) != path {
            throw LaunchFailure(TwoConfigurations(option: vector.quote(option), path: path))
        }
        guard stated.isEmpty else { return invocation }
        var edits = ArgumentEdits()
        edits.insert("-launcher-config", ByteString(path.string))
        return invocation.replacingArguments(with: edits.applied(to: vector))
    }
}

extension Invocation {
    /// The call that the launcher would see. swift-argument-parser hands words over as text, so
    /// the words after `--` are taken from the process itself, with their bytes unchanged.
    static func planned(_ commandLine: [String]) throws(LaunchFailure) -> Invocation {
        let current = try Invocation.current()
        var words = Array(current.arguments.suffix(commandLine.count))
        if !(words.first.map(namesProgram) ?? false) {
            words.insert("qemu-system-x86_64", at: 0)
        }
        return current.replacingArguments(with: words)
    }

    private static func namesProgram(_ word: ByteString) -> Bool {
        let name = word.lastPathComponent
        return !word.hasPrefix("-")
            && (name.hasSuffix("kvm") || name.hasPrefix("qemu-system-") || name == "qemu-launcher")
    }
}

/// Which file counts is not for us to choose.
private struct TwoConfigurations: Failure {
    let option: String
    let path: FilePath

    var message: String { "--config \(quoted(path.string)) and \(option) name different files" }
    var hint: String? { "leave one of the two out" }
    var exitStatus: ExitStatus { .usage }
}

/// Proxmox's own tool for VMs.
enum QemuServer {
    private static let program = "/usr/sbin/qm"

    /// The command by which Proxmox would start the VM, as it says itself. It activates the VM's
    /// storages, and makes a temporary variable store if the VM has none.
    static func command(vmid: VirtualMachineID) throws(LaunchFailure) -> ProxmoxCommand {
        let output = try failing { () throws(ChildProcessError) in
            try ChildProcess.run(program, ["showcmd", "\(vmid)"])
        }
        guard let output else { throw LaunchFailure(QemuServerError.missing(program: program)) }
        guard output.status == 0 else {
            throw LaunchFailure(QemuServerError.refused(vmid: vmid, status: output.status))
        }
        return try failing { () throws(QuotedCommandLineError) in
            try ProxmoxCommand(output: ByteString(output.bytes))
        }
    }
}

extension QemuServer {
    /// What the next start of a VM of this node adds to its command line, and the digest by which
    /// Proxmox knows the configuration that says so: the SHA-1 of the file (qemu-server
    /// QemuServer.pm `parse_vm_config`).
    ///
    /// - Returns: no digest if this node does not have the VM; no text for one without `args`.
    static func args(
        of vmid: VirtualMachineID,
        _ inventory: Inventory,
    ) throws(LaunchFailure) -> (text: ByteString?, digest: String?) {
        let cluster = inventory.configuration.storageConfiguration.value.removingLastComponent()
        let file = cluster.appending("nodes").appending(inventory.node).appending("qemu-server")
            .appending("\(vmid).conf")
        let bytes = try failing { () throws(HostFileError) in
            try HostFiles.configuration(at: file)
        }
        guard let bytes else { return (nil, nil) }
        let guest = GuestConfiguration(parsing: bytes, vmid: vmid)
        let value = guest.pending?["args"] ?? guest.current["args"]
        let digest = Insecure.SHA1.hash(data: bytes).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return (value?.text, digest.joined())
    }

    /// Changes what the VM's configuration adds to its command line.
    ///
    /// - Parameter digest: of the configuration that is changed. Proxmox refuses if it is another one
    ///   by now.
    static func set(
        _ vmid: VirtualMachineID,
        args: String,
        digest: String,
    ) throws(LaunchFailure) {
        let words = ["set", "\(vmid)", "--args", args, "--digest", digest]
        let output = try failing { () throws(ChildProcessError) in
            try ChildProcess.run(program, words)
        }
        guard let output else { throw LaunchFailure(QemuServerError.missing(program: program)) }
        guard output.status == 0 else {
            throw LaunchFailure(QemuServerError.notSet(vmid: "\(vmid)", status: output.status))
        }
    }
}

/// Why Proxmox's command for a VM is not known, or its configuration not changed.
enum QemuServerError: Failure {
    case missing(program: String)
    case refused(vmid: VirtualMachineID, status: Int32)
    case notSet(vmid: String, status: Int32)

    var message: String {
        switch self {
        case .missing(let program): "\(program) is missing: this is not a Proxmox host"
        case .refused(let vmid, let status): "qm showcmd \(vmid): exit status \(status)"
        case .notSet(let vmid, let status): "qm set \(vmid): exit status \(status)"
        }
    }

    var hint: String? {
        switch self {
        case .missing: "give QEMU's command line after '--'"
        case .refused: nil
        case .notSet: "what was changed before is changed back"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .missing: .unavailable
        case .refused: .volumeMissing
        case .notSet: .configuration
        }
    }
}

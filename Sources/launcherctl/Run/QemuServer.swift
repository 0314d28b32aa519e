import Host
import Planning

/// Proxmox's own tool for VMs.
enum QemuServer {
    private static let program = "/usr/sbin/qm"

    /// The command by which Proxmox would start the VM, as it says itself. It activates the VM's
    /// storages, and makes a temporary variable store where the VM has none of its own.
    static func command(vmid: UInt32) throws(QemuServerError) -> ProxmoxCommand {
        let output: ChildProcess.Output?
        do throws(ChildProcessError) {
            output = try ChildProcess.run(program, ["showcmd", "\(vmid)"])
        } catch {
            throw .failed(error)
        }
        guard let output else { throw .missing(program: program) }
        guard output.status == 0 else { throw .refused(vmid: vmid, status: output.status) }
        let words: [ByteString]
        do throws(QuotedCommandLineError) {
            words = try QuotedCommandLine.words(ByteString(output.bytes))
        } catch {
            throw .output(error)
        }
        guard let command = ProxmoxCommand(words) else { throw .notQEMU(words.first ?? "") }
        return command
    }
}

/// Why Proxmox's command for a VM is not known.
enum QemuServerError: Failure {
    case missing(program: String)
    case failed(ChildProcessError)
    case refused(vmid: UInt32, status: Int32)
    case output(QuotedCommandLineError)
    case notQEMU(ByteString)

    var message: String {
        switch self {
        case .missing(let program): "\(program) is missing: this is no Proxmox host"
        case .failed(let error): error.message
        case .refused(let vmid, let status): "qm showcmd \(vmid): exit status \(status)"
        case .output(let error): error.message
        case .notQEMU(let word): "qm showcmd: does not start QEMU, but \(quoted(word))"
        }
    }

    var hint: String? {
        switch self {
        case .missing: "give QEMU's command line after '--'"
        case .output(let error): error.hint
        case .failed, .refused, .notQEMU: nil
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .missing: .unavailable
        case .failed(let error): error.exitStatus
        case .refused: .volumeMissing
        case .output(let error): error.exitStatus
        case .notQEMU: .software
        }
    }
}

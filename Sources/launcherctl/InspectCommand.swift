import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl inspect`: what an image is.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what a firmware image is, and which guests it fits.",
        discussion: """
            IMAGE is a firmware volume (STORAGE:efi-firmware/FILE) or a file. It need not be pinned \
            or read-only: nothing is started.

            EXAMPLES
              launcherctl inspect /usr/share/OVMF/OVMF_CODE_4M.fd
              launcherctl inspect --json local:efi-firmware/sonicwall-7.1.fd
              launcherctl inspect --descriptor /usr/share/ovmf/OVMF.fd
            """,
    )

    @Argument(help: "A firmware volume or a file.")
    var image: String

    @Flag(help: "Print what was found as JSON.")
    var json = false

    @Flag(help: "Print a firmware descriptor for QEMU's management layers, such as libvirt.")
    var descriptor = false

    @Option(
        help: ArgumentHelp(
            "Where storages are declared, instead of /etc/qemu-launcher/launcher.conf.",
            valueName: "file",
        )
    )
    var config: String?

    func validate() throws {
        guard !(json && descriptor) else {
            throw ValidationError("--json and --descriptor are two outputs; ask for one")
        }
    }

    func run() throws {
        do throws(LaunchFailure) {
            let argument = try ImageArgument(image, configuration: config)
            let report = InspectReport(try argument.read(), path: argument.path.string)
            print(try output(report))
        } catch {
            throw refuse(error)
        }
    }

    private func output(_ report: InspectReport) throws(LaunchFailure) -> String {
        guard descriptor else { return json ? try jsonText(report.document) : report.text }
        guard let text = report.descriptor else {
            throw LaunchFailure(NoDescriptor(image: image))
        }
        return text
    }
}

/// There is nothing that a management layer could do with the image.
struct NoDescriptor: Failure {
    let image: String

    var message: String { "\(quoted(image)): starts no guest, so there is no descriptor for it" }
    var hint: String? { "'launcherctl inspect' says why" }
    var exitStatus: ExitStatus { .imageRefused }
}

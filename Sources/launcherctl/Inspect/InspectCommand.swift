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
            IMAGE is a volume ID (STORAGE:efi-firmware/FILE) or a file. It need not be pinned \
            or read-only: nothing is started.

            EXAMPLES
              launcherctl inspect /usr/share/OVMF/OVMF_CODE_4M.fd
              launcherctl inspect --json local:efi-firmware/sonicwall-7.1.fd
              launcherctl inspect --descriptor /usr/share/ovmf/OVMF.fd
            """,
    )

    @Argument(help: "A volume ID or a file.", completion: .image)
    var image: String

    @Flag(help: "Print what was found as JSON.")
    var json = false

    @Flag(help: "Print a firmware descriptor for QEMU's management layers, such as libvirt.")
    var descriptor = false

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            "The template of variable stores for a code image's descriptor, instead of the one "
                + "in the same directory (OVMF_VARS*.fd for OVMF_CODE*.fd).",
            valueName: "file",
        ),
        completion: .file(),
    )
    var vars: String?

    func validate() throws {
        guard !(json && descriptor) else {
            throw ValidationError("--json and --descriptor are two outputs; ask for one")
        }
        guard descriptor || vars == nil else {
            throw ValidationError("--vars is for --descriptor")
        }
    }

    func run() throws {
        do throws(LaunchFailure) {
            let argument = try ImageArgument(image, configuration: options.config)
            let report = InspectReport(try argument.read(), path: argument.path.string)
            if descriptor {
                let document = DescriptorDocument(try descriptor(of: report))
                Output.show(json: try jsonText(document))
            } else if json {
                Output.show(json: try jsonText(report.document))
            } else {
                Output.show(report.text())
            }
        } catch {
            throw refuse(error)
        }
    }

    private func descriptor(
        of report: InspectReport
    ) throws(LaunchFailure) -> FirmwareDescriptor {
        let template = try template(for: report)
        guard let descriptor = report.descriptor(template: template) else {
            throw LaunchFailure(reason(against: report, template))
        }
        return descriptor
    }

    private func reason(
        against report: InspectReport,
        _ template: VariableStoreTemplate?,
    ) -> NoDescriptor {
        if report.image.kind == .code, template == nil { return .noTemplate(image) }
        let needsFlash =
            report.image.kind == .combined
            && report.contents?.features.requiresSystemManagementMode == true
        return needsFlash ? .needsFlash(image) : .startsNoGuest(image)
    }

    private func template(
        for report: InspectReport
    ) throws(LaunchFailure) -> VariableStoreTemplate? {
        guard let vars else { return try VariableStoreTemplate(beside: report.image, report.path) }
        guard report.image.kind == .code else { throw LaunchFailure(NoDescriptor.noCode(image)) }
        guard let template = try VariableStoreTemplate(at: vars, for: report.image) else {
            throw LaunchFailure(NoDescriptor.otherTemplate(vars))
        }
        return template
    }
}

/// Why there is nothing to tell a management layer of an image.
enum NoDescriptor: Failure {
    case startsNoGuest(String)
    case noTemplate(String)
    case needsFlash(String)
    case otherTemplate(String)
    case noCode(String)

    var message: String {
        switch self {
        case .startsNoGuest(let image):
            "\(quoted(image)): starts no guest, so there is no descriptor for it"
        case .noTemplate(let image):
            "\(quoted(image)): code without a variable store template in the same directory"
        case .needsFlash(let image):
            "\(quoted(image)): a combined image that requires SMM, and with it a variable store in flash"
        case .otherTemplate(let file):
            "\(quoted(file)): not a variable store for this image"
        case .noCode(let image):
            "\(quoted(image)): not a split code image, so no variable store belongs to it"
        }
    }

    var hint: String? {
        switch self {
        case .startsNoGuest: "'launcherctl inspect' says why"
        case .noTemplate, .otherTemplate: "name the OVMF_VARS*.fd that came with it with --vars"
        case .needsFlash: "give the code image of the same build (OVMF_CODE*.fd)"
        case .noCode: "leave --vars out"
        }
    }

    var exitStatus: ExitStatus { .imageRefused }
}

import Planning

/// What `launcherctl inspect --descriptor` prints: a file of `/etc/qemu/firmware` as QEMU's
/// `docs/interop/firmware.json` describes it. The six outer keys are mandatory.
struct DescriptorDocument: Encodable {
    /// How the image is attached; `device` says which of the others exist.
    struct Mapping: Encodable {
        let device: String
        var mode: String?
        var executable: File?
        var template: File?
        var filename: String?

        enum CodingKeys: String, CodingKey {
            case device, mode, executable, filename
            case template = "nvram-template"
        }
    }

    struct File: Encodable {
        let filename: String
        let format: String
    }

    struct Target: Encodable {
        let architecture: String
        let machines: [String]
    }

    let description: String
    let interfaceTypes: [String]
    let mapping: Mapping
    let targets: [Target]
    let features: [String]
    let tags: [String]

    enum CodingKeys: String, CodingKey {
        case description, mapping, targets, features, tags
        case interfaceTypes = "interface-types"
    }
}

extension DescriptorDocument {
    init(_ descriptor: FirmwareDescriptor) {
        description = descriptor.description
        interfaceTypes = ["uefi"]
        mapping = Mapping(descriptor.mapping)
        targets = [
            Target(architecture: descriptor.architecture, machines: descriptor.machines)
        ]
        features = descriptor.features
        tags = []
    }
}

extension DescriptorDocument.Mapping {
    fileprivate init(_ mapping: FirmwareDescriptor.Mapping) {
        switch mapping {
        case .split(let executable, let template):
            self.init(
                device: "flash",
                mode: "split",
                executable: DescriptorDocument.File(filename: executable, format: "raw"),
                template: DescriptorDocument.File(filename: template, format: "raw"),
            )
        case .memory(let file): self.init(device: "memory", filename: file)
        }
    }
}

import SystemPackage

extension Storage {
    /// A storage that launcher.conf declares, for hosts without Proxmox or directories that
    /// Proxmox need not know.
    init(_ reader: SectionReader) throws(ConfigurationError) {
        guard let id = StorageID(reader.id.bytes) else {
            let expected = "a storage ID: a letter, then letters, digits, '-', '_' and '.'"
            throw reader.error(.wrongSectionID(found: reader.id, expected: expected))
        }
        guard id != .local else { throw reader.error(.localStorageDefined) }
        let type = StorageType(reader.configuration.text(reader.section.type))
        let mountedPath = type.isMountedByDefault ? FilePath("/mnt/pve/\(id)") : nil
        guard let path = try reader.path("path")?.value ?? mountedPath else {
            throw reader.error(.missingKey("path"))
        }
        self.init(
            id: id,
            type: type,
            origin: .file(reader.configuration.file, line: reader.line),
            path: path,
            contentDirectories: try Self.contentDirectories(reader),
            nodes: try Self.nodes(reader),
            isDisabled: try reader.flag("disable"),
            mountPoint: nil,
            images: Self.images(on: type),
            warnings: [],
        )
    }

    private static func images(on type: StorageType) -> ImagePlacement {
        if let reason = type.reasonForNoImages { return .none(reason: reason) }
        return type == .btrfs ? .btrfs : .files
    }

    private static func contentDirectories(
        _ reader: SectionReader,
    ) throws(ConfigurationError) -> ContentDirectories {
        guard let found = try reader.text("content-dirs") else { return .standard }
        guard
            let directories = ContentDirectories(parsing: found.value, allowsLeadingSlash: false)
        else {
            let expected = "TYPE=DIRECTORY, …, each below the storage's path"
            throw reader.wrong("content-dirs", found, expected: expected)
        }
        return directories
    }

    private static func nodes(_ reader: SectionReader) throws(ConfigurationError) -> [String]? {
        guard let found = try reader.text("nodes") else { return nil }
        let nodes = listItems(found.value)
        guard !nodes.isEmpty, nodes.allSatisfy(isNodeName) else {
            throw reader.wrong("nodes", found, expected: "names of nodes")
        }
        return nodes
    }
}

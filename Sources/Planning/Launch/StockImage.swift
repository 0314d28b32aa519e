package import SystemPackage

/// The firmware that a command line attaches by itself.
package enum StockImage {
    /// The file that QEMU would read its first code from; `nil` where the command line names none.
    package static func path(in vector: ArgumentVector) throws(AttachmentError) -> ByteString? {
        let attached = try AttachedFirmware(vector, machine: MachineOptions(vector))
        if let drive = attached.codeDrive { return drive.properties["file"] }
        if let setting = attached.codeNode { return try file(of: setting, in: vector) }
        return attached.bios.last?.value
    }

    /// A package's file: links are followed, so the whole path is looked up from the root.
    package static func request(
        path: FilePath,
        choice: FirmwareChoice,
        configuration: String,
    ) -> ImageRequest {
        ImageRequest(
            name: choice.name,
            root: "/",
            directories: [path.removingLastComponent().relative.string],
            fileName: path.lastComponent?.string ?? "",
            pins: choice.pins,
            configuration: configuration,
            rules: .stock,
        )
    }

    private static func file(
        of setting: MachineOptions.Setting,
        in vector: ArgumentVector,
    ) throws(AttachmentError) -> ByteString? {
        let graph = try BlockGraph(vector)
        if let top = graph.node(named: setting.value) {
            return try graph.chain(from: top).last.flatMap { graph.string("filename", of: $0) }
        }
        return vector.drive(id: setting.value)?.value.flatMap { KeyValueList($0)["file"] }
    }
}

extension FilePath {
    fileprivate var relative: FilePath {
        var path = self
        path.root = nil
        return path
    }
}

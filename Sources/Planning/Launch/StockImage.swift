package import SystemPackage

/// The firmware that a command line attaches by itself.
package enum StockImage {
    /// The file that QEMU would read its first code from, or what stands in a file's place; `nil` where
    /// the command line names neither.
    package static func path(in vector: ArgumentVector) throws(AttachmentError) -> ByteString? {
        let attached = try AttachedFirmware(vector, machine: MachineOptions(vector))
        guard attached.hasFlashCode else { return attached.bios.last?.value }
        return try FlashFile(codeOf: attached, in: vector)?.file
            ?? attached.codeDrive?.properties["file"] ?? attached.codeNode?.value ?? ""
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
}

extension FilePath {
    fileprivate var relative: FilePath {
        var path = self
        path.root = nil
        return path
    }
}

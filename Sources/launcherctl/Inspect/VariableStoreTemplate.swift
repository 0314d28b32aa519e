import Host
import Planning
import SystemPackage

/// The variable store that each guest of a code image gets a copy of.
struct VariableStoreTemplate {
    let path: String
    /// `nil` for zeros, which the firmware formats at its first start.
    let store: FlashVariableStore?

    /// The one that distributions put beside the image; `nil` where there is none.
    init?(beside image: FirmwareImage, _ path: String) throws(LaunchFailure) {
        guard image.kind == .code else { return nil }
        for candidate in FirmwareDescriptor.templateCandidates(for: path)
        where HostFiles.isRegularFile(FilePath(candidate)) {
            guard let template = try Self(at: candidate, for: image) else { continue }
            self = template
            return
        }
        return nil
    }

    /// - Returns: `nil` for what is not a store, or one for code of another size.
    init?(at path: String, for image: FirmwareImage) throws(LaunchFailure) {
        let bytes = try ImageArgument(file: FilePath(path)).read()
        let file = FirmwareImage(bytes.span)
        guard file.kind == .variableStore || file.kind == .blank(.zeros),
            image.expectedVariableStoreByteCount.map({ $0 == file.byteCount }) ?? true
        else { return nil }
        self.path = path.absolute
        store = file.variableStore
    }
}

/// What the audit knows of the host beside the command line.
package struct AuditContext: Equatable, Sendable {
    /// QEMU's own qemu.conf, where it exists and is read, and every readable `-readconfig` file.
    package var configurationFiles: [QEMUConfigurationFile]
    /// Those of them that are no regular files.
    package var unrepeatableFiles: Set<ByteString>
    /// Those that others may change between our look and QEMU's.
    package var untrustedFiles: Set<ByteString> = []
    /// Those that are there and could not be read, and why.
    package var uncheckedFiles: [ByteString: String] = [:]
    /// QEMU's own qemu.conf, where this command line has it read.
    package var defaultFile: ByteString?
    /// Sizes of the files that loader devices name, in bytes.
    package var fileByteCounts: [ByteString: UInt64]
    package var workingDirectoryIsWritableByOthers: Bool
    package var allowsDebugging: Bool

    package init(
        configurationFiles: [QEMUConfigurationFile] = [],
        unrepeatableFiles: Set<ByteString> = [],
        fileByteCounts: [ByteString: UInt64] = [:],
        workingDirectoryIsWritableByOthers: Bool = false,
        allowsDebugging: Bool = false,
    ) {
        self.configurationFiles = configurationFiles
        self.unrepeatableFiles = unrepeatableFiles
        self.fileByteCounts = fileByteCounts
        self.workingDirectoryIsWritableByOthers = workingDirectoryIsWritableByOthers
        self.allowsDebugging = allowsDebugging
    }
}

extension OtherWayIn {
    /// The first argument, in the order of this list, that would let other firmware in.
    package static func first(
        in vector: ArgumentVector,
        codeImage: CodeImageIdentity,
        context: AuditContext,
    ) -> OtherWayIn? {
        inUnknown(vector) ?? inMachine(vector) ?? inSet(vector, codeImage) ?? inGlobal(vector)
            ?? inConfigurationFiles(vector, codeImage, context) ?? inLoaders(vector, context)
            ?? inDebugging(vector, context)
            ?? (context.workingDirectoryIsWritableByOthers ? .workingDirectory : nil)
    }

    private static func inUnknown(_ vector: ArgumentVector) -> OtherWayIn? {
        vector.options.first { $0.origin == nil }
            .map { .unknownOption(option: vector.quote($0)) }
    }

    private static func inMachine(_ vector: ArgumentVector) -> OtherWayIn? {
        let settings = MachineOptions(vector).settings
        if let firmware = settings.first(where: { $0.key == "firmware" }) {
            return .machineFirmware(option: vector.quote(firmware.option))
        }
        return settings.first { $0.key == "igvm-cfg" }.map {
            .igvm(option: vector.quote($0.option))
        }
    }

    private static func inSet(
        _ vector: ArgumentVector,
        _ codeImage: CodeImageIdentity
    ) -> OtherWayIn? {
        let loaders = Set(LoaderDevice.all(in: vector).compactMap(\.identifier))
        return vector.all("set").first { option in
            option.value.flatMap { SetOption($0) }?
                .decidesFirmware(flash: codeImage.drives, loaders: loaders) ?? false
        }.map { .driveChanged(option: vector.quote($0)) }
    }

    private static func inGlobal(_ vector: ArgumentVector) -> OtherWayIn? {
        vector.all("global").first { option in
            option.value.flatMap { GlobalProperty($0) }?.decidesFirmware ?? false
        }.map { .flashProperty(option: vector.quote($0)) }
    }

    private static func inConfigurationFiles(
        _ vector: ArgumentVector,
        _ codeImage: CodeImageIdentity,
        _ context: AuditContext,
    ) -> OtherWayIn? {
        for file in context.configurationFiles {
            guard let setting = file.settings.first(where: { $0.decidesFirmware(codeImage) }) else {
                continue
            }
            return .configurationFile(path: file.path, line: setting.line, setting: setting.text)
        }
        if let file = context.defaultFile, let refusal = context.refusal(of: file, quoted(file)) {
            return refusal
        }
        for option in vector.all("readconfig") {
            guard let path = option.value else { continue }
            if let refusal = context.refusal(of: path, vector.quote(option)) { return refusal }
        }
        return nil
    }

    private static func inLoaders(_ vector: ArgumentVector, _ context: AuditContext) -> OtherWayIn?
    {
        for loader in LoaderDevice.all(in: vector) {
            let byteCount = loader.file.flatMap { context.fileByteCounts[$0] }
            guard let why = loader.danger(fileByteCount: byteCount) else { continue }
            return .loader(option: vector.quote(loader.option), why: why)
        }
        return nil
    }

    private static func inDebugging(
        _ vector: ArgumentVector,
        _ context: AuditContext
    ) -> OtherWayIn? {
        guard !context.allowsDebugging else { return nil }
        return vector.options.first(where: isDebugging).map {
            .debugging(option: vector.quote($0))
        }
    }

    private static func isDebugging(_ option: ArgumentVector.Option) -> Bool {
        switch option.name {
        case "gdb", "plugin", "preconfig", "qtest", "s":
            return true
        case "object":
            guard let value = option.value else { return false }
            // An object that is not JSON is refused by QEMU and opens nothing.
            do { return try ObjectOption(option, value).type == "qtest" } catch { return false }
        default:
            return false
        }
    }
}

extension AuditContext {
    /// Why a configuration file cannot be judged by its content.
    fileprivate func refusal(of path: ByteString, _ option: String) -> OtherWayIn? {
        if unrepeatableFiles.contains(path) { return .unrepeatableFile(option: option) }
        if untrustedFiles.contains(path) { return .fileOfOthers(option: option) }
        return uncheckedFiles[path].map { .uncheckedFile(option: option, why: $0) }
    }
}

extension QEMUConfigurationFile.Setting {
    fileprivate func decidesFirmware(_ codeImage: CodeImageIdentity) -> Bool {
        switch group {
        case "machine":
            Self.machineKeys.contains(MachineOptions.dashed(key))
                || key == "type" && !MachineType(value).hasFlash
        case "drive":
            key == "if" && value == "pflash"
                || identifier.map(codeImage.drives.contains) ?? false
        case "global":
            key == "driver" && ["cfi.pflash01", "loader", "guest-loader"].contains(value)
        case "device":
            key == "driver" && ["loader", "guest-loader"].contains(value)
        case "object":
            key == "qom-type" && ["igvm-cfg", "qtest"].contains(value)
        case "add-fd":
            true
        default:
            false
        }
    }

    private static let machineKeys: Set<ByteString> = [
        "confidential-guest-support", "firmware", "igvm-cfg", "memory-encryption", "pflash0",
        "pflash1",
    ]
}

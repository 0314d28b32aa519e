package import SystemPackage

/// What one call of the launcher asks for, read from its command line alone.
package struct LaunchRequest: Equatable, Sendable {
    package let invocation: Invocation
    package let vector: ArgumentVector
    package let identity: MachineIdentity
    package let firmware: FirmwareOption?
    package let efiDisk: EFIDisk?
    /// The value of `-launcher-config`.
    package let configurationPath: FilePath?
    /// Whether QEMU will only print something and end: such a call starts no VM, so it goes
    /// through even where the configuration is broken.
    package let isInformational: Bool

    package init(_ invocation: Invocation) throws(LauncherOptionError) {
        self.invocation = invocation
        vector = ArgumentVector(invocation.arguments)
        identity = MachineIdentity(vector)
        firmware = try Self.value(of: "efi-firmware", in: vector).map {
            (text) throws(LauncherOptionError) in
            try FirmwareOption(text)
        }
        efiDisk = try Self.value(of: "efidisk0", in: vector).map {
            (text) throws(LauncherOptionError) in
            do throws(PropertyStringError) {
                return try EFIDisk(parsing: text)
            } catch {
                throw .efiDisk(error)
            }
        }
        let path = try Self.value(of: "launcher-config", in: vector)
        if let path, path.bytes.first != UInt8(ascii: "/") { throw .configurationPath(path) }
        configurationPath = path.map { FilePath($0) }
        isInformational = Self.onlyInforms(vector)
    }

    private static func value(
        of name: String,
        in vector: ArgumentVector,
    ) throws(LauncherOptionError) -> ByteString? {
        let options = vector.all(name)
        guard options.count < 2 else { throw .repeated(option: name, key: nil) }
        guard let option = options.first else { return nil }
        guard let value = option.value, !value.isEmpty else { throw .valueMissing(option: name) }
        return value
    }
}

// MARK: - Questions about the command line

extension LaunchRequest {
    /// The command line without the launcher's own options, otherwise word for word.
    package var passThroughArguments: [ByteString] {
        var edits = ArgumentEdits()
        for option in vector.options where option.origin == .launcher { edits.remove(option) }
        return edits.applied(to: vector)
    }

    /// Of options given more than once QEMU may look at the last one only, so that one has to ask
    /// for help.
    private static func onlyInforms(_ vector: ArgumentVector) -> Bool {
        if vector.has("version") || vector.has("help") { return true }
        return optionsWithHelp.contains { name in
            guard let value = vector.last(name)?.value else { return false }
            return value.bytes.split(separator: UInt8(ascii: ",")).contains {
                $0.elementsEqual("help".utf8) || $0.elementsEqual("?".utf8)
            }
        }
    }

    /// Options whose help ends QEMU with status 0 before any machine is made (qemu_init in
    /// QEMU's system/vl.c).
    private static let optionsWithHelp = [
        "accel", "audiodev", "chardev", "cpu", "device", "display", "machine", "netdev", "object",
        "vga",
    ]

    /// Every number that occurs in the command line. A descriptor of ours must have none of them:
    /// `fd=28` in any option would make QEMU take it for its own.
    package var mentionedNumbers: [Int32] {
        var numbers: [Int32] = []
        for word in vector.arguments {
            for digits in word.bytes.split(whereSeparator: { hexValue($0).map { $0 > 9 } ?? true })
            {
                guard let number = Int32(String(decoding: digits, as: UTF8.self)) else { continue }
                numbers.append(number)
            }
        }
        return numbers
    }

    /// Files that QEMU will read settings from, by `-readconfig`.
    package var configurationFilePaths: [ByteString] {
        vector.all("readconfig").compactMap(\.value)
    }

    /// Whether QEMU reads its own qemu.conf.
    package var readsDefaultConfiguration: Bool { !vector.has("no-user-config") }

    /// Files that loader devices put into guest memory.
    package var loadedFilePaths: [ByteString] { LoaderDevice.all(in: vector).compactMap(\.file) }
}

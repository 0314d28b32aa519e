package import SystemPackage

/// What one call of the launcher asks for, read from its command line alone.
package struct LaunchRequest: Equatable, Sendable {
    package let invocation: Invocation
    package let commandLine: QEMUCommandLine
    package let identity: MachineIdentity
    package let firmware: FirmwareOption?
    package let efiDisk: EFIDisk?
    /// The value of `-launcher-config`.
    package let configurationPath: FilePath?
    /// Whether QEMU will only print something and end: such a call starts no VM, so it goes through
    /// even if the configuration is broken. A call that asks for firmware is never such a call.
    package let isQuestion: Bool

    /// - Parameter files: what was found of the files of settings that the command line names.
    package init(
        _ invocation: Invocation,
        files: SettingsFiles = .none,
    ) throws(LauncherOptionError) {
        self.invocation = invocation
        let vector = ArgumentVector(invocation.arguments)
        commandLine = QEMUCommandLine(vector, files: files)
        identity = MachineIdentity(commandLine)
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
        isQuestion = firmware == nil && efiDisk == nil && HelpQuestion.isAsked(in: vector)
    }

    package var vector: ArgumentVector { commandLine.vector }

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
    package var passedThrough: QEMUCommandLine {
        var edits = ArgumentEdits()
        for option in vector.options where option.origin == .launcher { edits.remove(option) }
        return QEMUCommandLine(ArgumentVector(edits.applied(to: vector)), files: commandLine.files)
    }

    /// Every number that occurs in the command line or in its files of settings. Our descriptors
    /// must have none of them: `fd=28` in any option would make QEMU take it for its own.
    package var mentionedNumbers: Set<Int32> {
        let settings = commandLine.files.all.flatMap { $0.settings?.sections ?? [] }
        let values = settings.flatMap(\.settings).map(\.value)
        return Set((vector.arguments + values).flatMap { Self.numbers(in: Self.unescaped($0)) })
    }

    /// With what JSON writes as `\u0031` as the digit that it is.
    private static func unescaped(_ text: ByteString) -> ByteString {
        let bytes = text.bytes
        guard bytes.contains(UInt8(ascii: "\\")) else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let end = min(index + 6, bytes.count)
            if bytes[index..<end].starts(with: Array("\\u00".utf8)), end == index + 6,
                let high = hexValue(bytes[index + 4]), let low = hexValue(bytes[index + 5])
            {
                result.append(high << 4 | low)
                index = end
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return ByteString(result)
    }

    /// In decimal and, if possible, in hexadecimal and octal.
    private static func numbers(in text: ByteString) -> [Int32] {
        var numbers: [Int32] = []
        for word in text.bytes.split(whereSeparator: { !isLetterOrDigit($0) }) {
            if let number = QEMUValue.number(ByteString(word)) {
                numbers.append(Int32(truncatingIfNeeded: number))
            }
            for digits in word.split(whereSeparator: { !isDigit($0) }) {
                if let number = Int32(String(decoding: digits, as: UTF8.self)) {
                    numbers.append(number)
                }
            }
        }
        return numbers
    }

    /// The directories in which QEMU looks for its files, by `-L`.
    package var dataDirectories: [ByteString] {
        commandLine.all("L").compactMap { $0["value"] }.filter { $0 != "help" && $0 != "?" }
    }
}

extension QEMUCommandLine {
    /// The files of `-kernel`: QEMU gets a sealed copy of each.
    package var kernelPaths: [ByteString] { all("kernel").compactMap { $0["value"] } }

    /// Programs that QEMU starts.
    package var programPaths: [ByteString] {
        (all("netdev") + all("nic") + all("net")).flatMap(\.programs)
    }

    /// Option ROMs that are named by a file: the firmware may run them.
    package var romPaths: [ByteString] {
        let named = (all("option-rom") + all("device")).compactMap { $0["romfile"] }
        let globals = all("global").filter { $0["property"] == "romfile" }
        return (named + globals.compactMap { $0["value"] }).filter { !$0.isEmpty }
    }
}

extension ArgumentVector {
    /// Files that QEMU will read settings from, by `-readconfig`.
    package var settingsPaths: [ByteString] { all("readconfig").compactMap(\.value) }

    /// Whether QEMU reads its own qemu.conf.
    package var readsDefaultSettings: Bool { !has("no-user-config") }
}

/// How the launcher was called: everything about its own process that a decision may depend on.
package struct Invocation: Hashable, Sendable {
    /// argv, from argv[0] on.
    package let arguments: [ByteString]
    /// Each entry unchanged, usually `NAME=VALUE`.
    package let environment: [ByteString]
    /// Whether the effective user is root.
    package let isRoot: Bool
    /// The host's name up to its first dot: what Proxmox's `nodes` properties name.
    package let nodeName: String
    /// Whether a user other than root and the effective one may add files to the working
    /// directory, where QEMU looks for option ROMs first.
    package let workingDirectoryIsWritableByOthers: Bool

    package init(
        arguments: [ByteString],
        environment: [ByteString],
        isRoot: Bool,
        nodeName: String,
        workingDirectoryIsWritableByOthers: Bool,
    ) {
        self.arguments = arguments
        self.environment = environment
        self.isRoot = isRoot
        self.nodeName = nodeName
        self.workingDirectoryIsWritableByOthers = workingDirectoryIsWritableByOthers
    }

    /// The same call with another command line.
    package func replacingArguments(with arguments: [ByteString]) -> Invocation {
        Invocation(
            arguments: arguments,
            environment: environment,
            isRoot: isRoot,
            nodeName: nodeName,
            workingDirectoryIsWritableByOthers: workingDirectoryIsWritableByOthers,
        )
    }
}

/// A call that asks QEMU to print something instead of starting a VM.
enum HelpQuestion {
    /// Options whose value is a question if it is exactly `help` or `?`. Of options
    /// given more than once QEMU may look at the last one only, so that one has to be the question.
    ///
    /// QEMU ends with status 0 before it makes any machine (`qemu_init` and
    /// `qemu_process_help_options` in system/vl.c). It knows more forms. Those go through as any
    /// other command line does, and QEMU answers them as well.
    private static let options = [
        "accel", "chardev", "cpu", "device", "machine", "netdev", "object",
    ]

    /// Of these also `NAME,help`, which asks for the properties of that name. Both parts are simple
    /// words: in anything longer `help` may be a value.
    private static let optionsOfNames = ["device", "machine", "object"]

    static func isAsked(in vector: ArgumentVector) -> Bool {
        if vector.has("version") || vector.has("help") { return true }
        return options.contains { name in
            guard let value = vector.last(name)?.value else { return false }
            return isHelp(value) || optionsOfNames.contains(name) && isHelpOfName(value)
        }
    }

    private static func isHelp(_ text: ByteString) -> Bool { text == "help" || text == "?" }

    private static func isHelpOfName(_ value: ByteString) -> Bool {
        let words = value.bytes.split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false,
        )
        return words.count == 2 && isHelp(ByteString(words[1])) && !words[0].isEmpty
            && words[0].allSatisfy(isOfName)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "-._".utf8.contains(byte)
    }
}

/// What the audit of a VM with custom firmware says of a word of the command line.
///
/// A word without a row in its table is refused. `refused` is for those whose reason is known, so
/// that the message can give it.
package enum AuditVerdict: Equatable, Sendable {
    /// With any value, it cannot bring in, replace or overwrite the firmware.
    case harmless(because: String)
    /// Its value decides, and separate code reads it.
    case examined(because: String)
    /// It changes what the guest runs, and that is what it is for: `debug allow`.
    case debugging(because: String)
    case refused(because: String)
}

/// An argument with which a VM that asked for custom firmware does not start: it is known to change
/// what the guest runs, or it is not known that it does not.
package enum AuditRefusal: Failure {
    /// `-machine firmware=` is `-bios` by another name; the last of them wins.
    case firmwareBeside(option: String)
    /// The guest's first code would come from an IGVM file.
    case igvm(option: String)
    /// `-set drive.ID.KEY=` changes the flash bank after its own option was read.
    case flashChanged(option: String)
    /// QEMU may be able to read what we are not.
    case unreadable(option: String, why: String)
    /// An option that QEMU does not have. It is not known whether the next word is its value, and
    /// so what QEMU does with the words after it is not known either.
    case unknownOption(option: String)
    /// The tables do not have it.
    case unknown(option: String, AuditedItem)
    /// The tables say that it changes what the guest runs.
    case harmful(option: String, AuditedItem, why: String)
    /// A tool for debugging, which can change what the guest runs.
    case debugging(option: String, why: String)
    /// `-add-fd` closes the descriptor it was given, and the next file that QEMU opens gets its
    /// number (`cleanup_add_fd` in system/vl.c).
    case descriptorOfImage(option: String)
    case settingsFile(option: String, SettingsFile.Doubt)
    /// Others could put something else into a file before QEMU reads it.
    case fileOfOthers(option: String, place: String)
    /// QEMU looks for option ROMs by bare name in its working directory first.
    case workingDirectory
    /// Others may write to a directory of `-L`, where QEMU looks for option ROMs.
    case dataDirectory(option: String)

    package var message: String {
        switch self {
        case .firmwareBeside(let option):
            "\(option) names firmware besides the custom firmware image"
        case .igvm(let option):
            "\(option) starts the guest from an IGVM file, not from the custom firmware image"
        case .flashChanged(let option):
            "\(option) changes the drive that holds the firmware"
        case .unreadable(let option, let why):
            "\(option): what QEMU will make of it is not certain: \(why)"
        case .unknownOption(let option):
            "\(option) is not an option that the launcher knows"
        case .unknown(let option, let item):
            "\(option): \(item.noun) \(quoted(item.name)) is not one that the launcher knows to"
                + " leave the firmware alone"
        case .harmful(let option, let item, let why):
            "\(option): \(item.noun) \(quoted(item.name)) can change what the guest runs: \(why)"
        case .debugging(let option, let why):
            "\(option) can change what the guest runs: \(why)"
        case .descriptorOfImage(let option):
            "\(option) takes the file descriptor by which QEMU gets the verified image"
        case .settingsFile(let option, let doubt):
            "\(option): \(doubt.message)"
        case .fileOfOthers(let option, let place):
            "\(option): others may write to \(place), so what QEMU will read there is not certain"
        case .workingDirectory:
            "others may write to the working directory, and QEMU looks there for option ROMs"
        case .dataDirectory(let option):
            "\(option): others may write there, and QEMU looks there for option ROMs"
        }
    }

    package var hint: String? {
        switch self {
        case .firmwareBeside, .igvm, .flashChanged: "leave it out"
        case .unreadable: "write it in another way, or leave it out"
        case .unknownOption:
            "leave it out, or start this VM without custom firmware until the launcher knows it"
        case .unknown(_, let item), .harmful(_, let item, _):
            "leave it out, or set 'permit \(item)' in the configuration of the launcher, if you know"
                + " that the guest still starts from its own firmware"
        case .debugging:
            "leave it out, or allow it with 'debug allow' in the configuration of the launcher"
        case .descriptorOfImage: "leave it out, or pass another descriptor"
        case .settingsFile(_, let doubt): doubt.hint
        case .fileOfOthers:
            "the file and every directory above it have to belong to root, and nobody else may"
                + " write to them"
        case .workingDirectory: "start QEMU in '/' or another directory that only root may write to"
        case .dataDirectory: "use a directory that belongs to root and that only root may write to"
        }
    }

    package var exitStatus: ExitStatus { .usage }
}

extension SettingsFile.Doubt {
    package var message: String {
        switch self {
        case .notRegular: "not a regular file, so what QEMU will read there cannot be checked"
        case .writableByOthers(let place):
            "others may write to \(place), so what QEMU will read there is not certain"
        case .unreadable(let why): "what QEMU will read there could not be checked: \(why)"
        }
    }

    package var hint: String {
        switch self {
        case .notRegular: "put the settings into a file or into the command line"
        case .writableByOthers:
            "the file and every directory above it have to belong to root, and nobody else may"
                + " write to them"
        case .unreadable: "try again, or put the settings into the command line"
        }
    }
}

/// What a row of the audit's tables is about, and what `permit` in the configuration names:
/// `device:isa-vga`, `object:qtest`, `machine:igvm-cfg`, `global:mch.x`, `accel:xen`, `cpu:memory`.
package struct AuditedItem: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case option
        case device
        case object
        case machine
        case global
        case accel
        case cpu
    }

    package let kind: Kind
    package let name: ByteString

    package init(_ kind: Kind, _ name: ByteString) {
        self.kind = kind
        self.name = name
    }

    /// - Returns: `nil` for another form than `KIND:NAME`.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), !parts[1].isEmpty
        else {
            return nil
        }
        self.init(kind, ByteString(parts[1]))
    }

    package var description: String { "\(kind.rawValue):\(name.escaped)" }

    /// As messages call it.
    var noun: String {
        switch kind {
        case .option: "option"
        case .device: "device"
        case .object: "object"
        case .machine: "machine property"
        case .global: "property"
        case .accel: "accelerator"
        case .cpu: "processor property"
        }
    }
}

/// An argument that would bring in, replace or overwrite the firmware beside the verified image.
/// A VM that asked for custom firmware runs that and nothing else, so each is refused by name.
package enum OtherWayIn: Equatable, Sendable {
    /// `-machine firmware=` is `-bios` by another name; the last of them wins.
    case machineFirmware(option: String)
    /// `-machine igvm-cfg=` loads the guest's first code from an IGVM file.
    case igvm(option: String)
    /// `-set drive.ID.KEY=` changes a drive after its own option was read.
    case driveChanged(option: String)
    /// `-global cfi.pflash01.PROPERTY=` applies to the flash device itself.
    case flashProperty(option: String)
    /// A `-readconfig` file or QEMU's own qemu.conf holds a setting that decides the firmware.
    case configurationFile(path: ByteString, line: Int, setting: String)
    /// A configuration file that can be read only once, so not by us and then by QEMU.
    case unrepeatableFile(option: String)
    /// A configuration file that others may change after it was checked.
    case fileOfOthers(option: String)
    /// A configuration file that QEMU may be able to read where we were not.
    case uncheckedFile(option: String, why: String)
    /// The loader device writes into memory at every reset, over read-only flash too.
    case loader(option: String, why: String)
    /// Debuggers, the test protocol and plugins change what the guest runs; `-preconfig` lets a
    /// QMP client set the machine's firmware before the machine is made.
    case debugging(option: String)
    /// `-add-fd` closes the descriptor it was given, and the next file that QEMU opens gets its
    /// number (`cleanup_add_fd` in system/vl.c).
    case descriptorOfImage(option: String)
    /// Whether the word behind an unknown option is its value cannot be told, so neither can what
    /// QEMU makes of the words behind that.
    case unknownOption(option: String)
    /// QEMU looks for option ROMs by bare name in its working directory first.
    case workingDirectory

    package var message: String {
        switch self {
        case .machineFirmware(let option):
            "\(option) names firmware beside the custom firmware volume"
        case .igvm(let option):
            "\(option) starts the guest from an IGVM file, not from the custom firmware volume"
        case .driveChanged(let option):
            "\(option) could change the drive that holds the firmware"
        case .flashProperty(let option):
            "\(option) changes the flash device that holds the firmware"
        case .configurationFile(let path, let line, let setting):
            "\(path.escaped) line \(line): \(quoted(setting)) decides the firmware"
        case .unrepeatableFile(let option):
            "\(option): not a regular file, so what QEMU will read there cannot be checked"
        case .fileOfOthers(let option):
            "\(option): others may write to that file, so what QEMU will read there is not certain"
        case .uncheckedFile(let option, let why):
            "\(option): what QEMU will read there could not be checked: \(why)"
        case .loader(let option, let why):
            "\(option) can overwrite the firmware: \(why)"
        case .debugging(let option):
            "\(option) can change what the guest runs"
        case .descriptorOfImage(let option):
            "\(option) takes the file descriptor that QEMU gets the verified image by"
        case .unknownOption(let option):
            "\(option) is not an option that the launcher knows"
        case .workingDirectory:
            "others may write to the working directory, and QEMU looks there for option ROMs"
        }
    }

    package var hint: String? {
        switch self {
        case .machineFirmware, .igvm, .flashProperty, .driveChanged:
            "leave it out of the command line"
        case .configurationFile: "leave it out of that file"
        case .unrepeatableFile: "put the settings into a file or into the command line"
        case .fileOfOthers: "chown it to root and chmod it to 0644 or less"
        case .uncheckedFile: "try again, or put the settings into the command line"
        case .loader: "leave it out, or load above 4 GiB with force-raw=on"
        case .debugging:
            "leave it out, or allow it with 'debug allow' in the configuration of the launcher"
        case .descriptorOfImage: "leave it out, or pass another descriptor"
        case .unknownOption:
            "leave it out, or start this VM without custom firmware until the launcher knows it"
        case .workingDirectory: "start QEMU in '/' or another directory that only root may write to"
        }
    }
}

/// Why a launch was not even begun: everything that can be known before the image is opened.
package enum PlanningError: Failure {
    case option(LauncherOptionError)
    case configuration(ConfigurationError)
    case storage(VolumeError)
    case attachment(AttachmentError)
    case policy(PolicyError)

    /// The command line and the configuration name different volumes.
    case volumesDiffer(option: FirmwareVolume, section: FirmwareVolume, place: String)
    /// The command line and the configuration pin different digests.
    case pinsDiffer(volume: FirmwareVolume, one: ImageRequest.Pin, other: ImageRequest.Pin)
    /// The pin is meant for other kinds of guest.
    case guestNotAllowed(GuestKind, image: String, allowed: [GuestKind])
    /// There are sections by VM ID, and it cannot be told whether one is for this VM.
    case notAVMID(ByteString)
    /// `stock-firmware verify`, and the firmware is no file of this host.
    case stockFirmwareNotAFile(ByteString)
    /// `stock-firmware verify`, and QEMU would find no file of that name.
    case stockFirmwareMissing(ByteString, directories: [String])
    /// `stock-firmware verify`, and the flash bank is not the file's bytes.
    case stockFirmwareNotRaw(ByteString)

    package var message: String {
        switch self {
        case .option(let error): error.message
        case .configuration(let error): error.message
        case .storage(let error): error.message
        case .attachment(let error): error.message
        case .policy(let error): error.message
        case .volumesDiffer(let option, let section, let place):
            "option -efi-firmware names \(quoted(option.description)), but \(place) names"
                + " \(quoted(section.description))"
        case .pinsDiffer(let volume, let one, let other):
            "firmware volume \(quoted(volume.description)): pinned to \(one.digest) by \(one.origin),"
                + " but to \(other.digest) by \(other.origin)"
        case .guestNotAllowed(let guest, let image, let allowed):
            "firmware \(quoted(image)): not for \(guest.displayName) guests (expected"
                + " \(allowed.map(\.displayName).sorted().joined(separator: ", ")))"
        case .notAVMID(let found):
            "option -id: not a VM ID (expected 100 to 999999999, found \(quoted(found))), so its 'vm:'"
                + " section cannot be found"
        case .stockFirmwareNotAFile(let name):
            "stock firmware \(quoted(name)): not a file of this host"
        case .stockFirmwareMissing(let name, let directories):
            "stock firmware \(quoted(name)): no such file (tried"
                + " \(directories.map(quoted).joined(separator: ", ")))"
        case .stockFirmwareNotRaw(let name):
            "stock firmware \(quoted(name)): only a whole raw file can be verified"
        }
    }

    package var hint: String? {
        switch self {
        case .option(let error): error.hint
        case .configuration(let error): error.hint
        case .storage(let error): error.hint
        case .attachment(let error): error.hint
        case .policy(let error): error.hint
        case .volumesDiffer: "make the two agree, or leave one of them out"
        case .pinsDiffer: "find out which is right with sha256sum, and leave the other out"
        case .guestNotAllowed: "pin firmware that is made for this kind of guest"
        case .stockFirmwareNotAFile, .stockFirmwareNotRaw:
            "give the firmware as a raw file, or set 'stock-firmware allow'"
        case .notAVMID: "write the ID as Proxmox does, in decimal"
        case .stockFirmwareMissing: "correct the name, or install the firmware"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .option(let error): error.exitStatus
        case .configuration(let error): error.exitStatus
        case .storage(let error): error.exitStatus
        case .attachment(let error): error.exitStatus
        case .policy(let error): error.exitStatus
        case .volumesDiffer, .pinsDiffer, .guestNotAllowed: .configuration
        case .stockFirmwareNotAFile, .stockFirmwareNotRaw, .notAVMID: .usage
        case .stockFirmwareMissing: .volumeMissing
        }
    }
}

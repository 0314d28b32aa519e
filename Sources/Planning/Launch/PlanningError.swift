/// Why a launch did not begin, if only all parts together can find that out. What one part alone
/// finds is an error of that part.
package enum PlanningError: Failure {
    case unsupportedMachine(type: ByteString)
    case otherArchitecture(program: ByteString)
    /// The command line, the configuration and a tag name different volumes.
    case volumesDiffer(one: FirmwareWish, other: FirmwareWish)
    /// The command line and the configuration pin different digests.
    case pinsDiffer(volume: FirmwareVolumeID, one: ImageRequest.Pin, other: ImageRequest.Pin)
    /// The pin is for other kinds of guest.
    case guestNotAllowed(GuestKind, image: String, allowed: [GuestKind])
    /// There are sections by VM ID, or tags, and it is not known whether they are this VM's.
    case notAVMID(ByteString)
    /// The VM's tags may choose its firmware, and nobody has read them: a defect.
    case guestNotRead(VirtualMachineID)
    /// `stock-firmware verify`, and the firmware is not a file of this host.
    case stockFirmwareNotAFile(ByteString)
    /// `stock-firmware verify`, and QEMU would find no file of that name.
    case stockFirmwareMissing(ByteString, directories: [String])
    /// `stock-firmware verify`, and the flash bank is not the file's bytes.
    case stockFirmwareNotRaw(ByteString)

    package var message: String {
        switch self {
        case .unsupportedMachine(let type):
            "custom firmware does not fit machine type \(quoted(type))"
        case .otherArchitecture(let program):
            "custom firmware is supported for x86_64 guests only, not for \(quoted(program))"
        case .volumesDiffer(let one, let other):
            "\(one.origin) names \(quoted(one.volume.description)), but \(other.origin) names"
                + " \(quoted(other.volume.description))"
        case .pinsDiffer(let volume, let one, let other):
            "firmware image \(quoted(volume.description)): pinned to \(one.digest)"
                + " by \(one.origin), but to \(other.digest) by \(other.origin)"
        case .guestNotAllowed(let guest, let image, let allowed):
            "firmware \(quoted(image)): not for \(guest.displayName) guests (expected"
                + " \(allowed.map(\.displayName).sorted().joined(separator: ", ")))"
        case .notAVMID(let found):
            "option -id: not a VM ID (expected 100 to 999999999, found \(quoted(found))), so its 'vm:'"
                + " section cannot be found"
        case .guestNotRead(let vmid): "the configuration of vm \(vmid) was not read"
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
        case .unsupportedMachine: "custom firmware needs a pc or q35 machine"
        case .otherArchitecture: "start this VM without custom firmware"
        case .volumesDiffer: "make the two agree, or leave one of them out"
        case .pinsDiffer: "find out which is right with sha256sum, and leave the other out"
        case .guestNotAllowed: "pin firmware that is made for this kind of guest"
        case .stockFirmwareNotAFile, .stockFirmwareNotRaw:
            "give the firmware as a raw file, or set 'stock-firmware allow'"
        case .guestNotRead: nil
        case .notAVMID: "write the ID as Proxmox does, in decimal"
        case .stockFirmwareMissing: "correct the name, or install the firmware"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .volumesDiffer, .pinsDiffer, .guestNotAllowed: .configuration
        case .unsupportedMachine, .otherArchitecture, .stockFirmwareNotAFile, .stockFirmwareNotRaw,
            .notAVMID:
            .usage
        case .stockFirmwareMissing: .volumeMissing
        case .guestNotRead: .software
        }
    }
}

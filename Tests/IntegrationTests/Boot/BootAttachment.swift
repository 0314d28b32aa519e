import Foundation
import Planning
import Testing

/// A way in which a command line attaches firmware, each with an image of Debian's that fits.
struct BootAttachment: CustomTestStringConvertible, Sendable {
    let name: String
    let image: String
    /// With `$vars` for the path of the variable store.
    let arguments: [ByteString]
    /// Whether the image is a volume; else it is stock firmware that is verified.
    let isVolume: Bool

    var testDescription: String { name }

    static let all = [drive, blockdev, bios]

    /// As Proxmox before machine version 10.0.
    static let drive = BootAttachment(
        name: "drive",
        image: Machine.codeImage,
        arguments: [
            "-machine", "q35,accel=tcg",
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/OVMF_CODE.fd",
            "-drive", "if=pflash,unit=1,id=drive-efidisk0,format=raw,file=$vars",
        ],
        isVolume: true,
    )

    /// As Proxmox since machine version 10.0 (`print_ovmf_blockdev` of qemu-server's OVMF.pm).
    static let blockdev = BootAttachment(
        name: "blockdev",
        image: Machine.codeImage,
        arguments: [
            "-object", #"{"id":"throttle-drive-efidisk0","limits":{},"qom-type":"throttle-group"}"#,
            "-blockdev",
            """
            {"driver":"raw","file":{"driver":"file","filename":"/nowhere/OVMF_CODE.fd"},\
            "node-name":"pflash0","read-only":true}
            """,
            "-blockdev",
            """
            {"detect-zeroes":"on","discard":"ignore","driver":"throttle","file":{\
            "cache":{"direct":false,"no-flush":false},"detect-zeroes":"on","discard":"ignore",\
            "driver":"raw","file":{"aio":"threads","cache":{"direct":false,"no-flush":false},\
            "detect-zeroes":"on","discard":"ignore","driver":"file","filename":"$vars",\
            "node-name":"e1175f2a490414e7c53337589fde17a","read-only":false},\
            "node-name":"f1175f2a490414e7c53337589fde17a","read-only":false,"size":540672},\
            "node-name":"drive-efidisk0","read-only":false,\
            "throttle-group":"throttle-drive-efidisk0"}
            """,
            "-machine", "pflash0=pflash0,pflash1=drive-efidisk0,type=q35,accel=tcg",
        ],
        isVolume: true,
    )

    /// Custom firmware goes into flash for every guest that this host can run, so what shows that
    /// `-bios` boots from the sealed image is stock firmware that is verified: it keeps its place.
    static let bios = BootAttachment(
        name: "bios",
        image: Machine.unifiedImage,
        arguments: ["-machine", "q35,accel=tcg", "-bios", ByteString(Machine.unifiedImage)],
        isVolume: false,
    )

    /// A store with the image and a new variable store.
    func store() throws -> StagedHost {
        let store = try StagedHost(image: image)
        try write(read(Machine.variableStore), to: store.variableStore, mode: 0o600)
        let stock = "firmware: \(image)\n\tsha256 \(try store.digest(image))\n"
        try store.configure(
            qemu: Machine.qemu,
            launcher: isVolume ? [] : ["stock-firmware verify"],
            sections: isVolume ? "" : stock
        )
        return store
    }

    func call(_ store: StagedHost, _ further: [ByteString]) -> Child.Request {
        let words = arguments.map { word in
            ByteString(word.escaped.replacing("$vars", with: store.variableStore))
        }
        return store.launcher(
            (isVolume ? StagedHost.firmware : []) + words + further + Machine.qemuOptions
        )
    }

    /// What /proc/PID/fd shows of the sealed image.
    func target(_ store: StagedHost) throws -> String {
        let name = isVolume ? StagedHost.volume : image
        return "/memfd:\(name) sha256:\(try store.digest()) (deleted)"
    }
}

import Foundation
import Planning

/// The command line has no place for the image, or another way in for other firmware.
extension Refusal {
    static let commandLines = machines + otherWays

    private static func call(
        _ name: String,
        _ arguments: [ByteString],
        _ message: String,
        hint: String? = nil,
        spoil: @escaping @Sendable (FirmwareStore) throws -> Void = { _ in },
    ) -> Refusal {
        Refusal(
            name,
            status: 64,
            arguments: byHand + arguments,
            message: "vm 't': \(message)",
            hint: hint,
            spoil: spoil,
        )
    }

    private static let machines = [
        Refusal(
            "a VM of Proxmox that is not in UEFI mode",
            status: 64,
            arguments: ["-id", "100"] + FirmwareStore.firmware,
            message: "vm 100: custom firmware was asked for, but the VM is not in UEFI mode: its"
                + " command line attaches no firmware",
            hint: "set 'bios: ovmf' in the configuration of VM 100, or take the custom firmware"
                + " away",
        ),
        call(
            "microvm",
            ["-machine", "microvm"],
            "custom firmware does not fit machine type 'microvm'",
            hint: "custom firmware needs a pc or q35 machine",
        ),
        call(
            "a confidential guest without its object",
            ["-machine", "q35,confidential-guest-support=snp"],
            "'-machine q35,confidential-guest-support=snp': no -object with id 'snp' in the command"
                + " line",
        ),
        call(
            "a node that is not there",
            ["-machine", "pflash0=code"],
            "'-machine pflash0=code': no block node named 'code' in the command line",
        ),
        call(
            "a node that is no JSON",
            ["-machine", "pflash0=code", "-blockdev", "{\"node-name\":"],
            #"'-blockdev {"node-name":': not readable as JSON (stopped making sense at byte 13)"#,
        ),
        Refusal(
            "a variable store without custom firmware",
            status: 64,
            arguments: ["-name", "t", "-efidisk0", "test:100/vm-100-disk-0.raw"],
            message: "vm 't': option -efidisk0 is given, but no custom firmware that would use it",
            hint: "add -efi-firmware, or attach the variable store with -drive if=pflash,unit=1",
        ),
    ]

    private static let otherWays = [
        call(
            "-machine firmware=",
            ["-machine", "q35,firmware=$image"],
            "'-machine q35,firmware=$image' names firmware beside the custom firmware volume",
            hint: "leave it out of the command line",
        ),
        call(
            "two code images",
            ["-drive", "if=pflash,unit=0,file=/a", "-pflash", "/b", "-drive", "if=pflash,index=0"],
            "'-drive if=pflash,index=0' attaches a second code image beside '-drive"
                + " if=pflash,unit=0,file=/a'",
            hint: "leave one of the two",
        ),
        call(
            "-set of the code image's drive",
            ["-drive", "id=pf,if=pflash,file=/a", "-set", "drive.pf.file=/b"],
            "'-set drive.pf.file=/b' could change the drive that holds the firmware",
            hint: "leave it out of the command line",
        ),
        call(
            "-global of the flash device",
            ["-global", "driver=cfi.pflash01,property=drive,value=x"],
            "'-global driver=cfi.pflash01,property=drive,value=x' changes the flash device that holds the firmware",
            hint: "leave it out of the command line",
        ),
        call(
            "-readconfig with a flash drive",
            ["-readconfig", "$store/qemu.cfg"],
            "$store/qemu.cfg line 2: '[drive] if = \"pflash\"' decides the firmware",
            hint: "leave it out of that file",
        ) {
            try write(Data("[drive \"x\"]\n  if = \"pflash\"\n".utf8), to: "\($0.path)/qemu.cfg")
        },
        call(
            "-readconfig with firmware",
            ["-readconfig", "$store/qemu.cfg"],
            "$store/qemu.cfg line 2: '[machine] firmware = \"/a\"' decides the firmware",
            hint: "leave it out of that file",
        ) {
            try write(Data("[machine]\nfirmware = \"/a\"\n".utf8), to: "\($0.path)/qemu.cfg")
        },
        call(
            "a loader device into flash",
            ["-device", "loader,file=$image,addr=0xffc84000,force-raw=on"],
            "'-device loader,file=$image,addr=0xffc84000,force-raw=on' can overwrite the firmware: it"
                + " writes where the firmware is",
            hint: "leave it out, or load above 4 GiB with force-raw=on",
        ),
        call(
            "-gdb",
            ["-gdb", "tcp::1234"],
            "'-gdb tcp::1234' can change what the guest runs",
            hint: "leave it out, or allow it with 'debug allow' in the configuration of the"
                + " launcher",
        ),
        call(
            "an IGVM file",
            ["-object", "igvm-cfg,id=i,file=/a", "-machine", "igvm-cfg=i"],
            "'-machine igvm-cfg=i' starts the guest from an IGVM file, not from the custom firmware"
                + " volume",
            hint: "leave it out of the command line",
        ),
    ]
}

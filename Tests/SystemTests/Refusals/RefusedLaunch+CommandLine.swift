import Foundation
import Planning
import TestSupport

/// The command line has no place for the image, or another way in for other firmware.
extension RefusedLaunch {
    static let commandLines = machines + otherWays

    private static func call(
        _ name: String,
        _ arguments: [ByteString],
        _ message: String,
        hint: String? = nil,
        spoil: @escaping @Sendable (StagedHost) throws -> Void = { _ in },
    ) -> RefusedLaunch {
        RefusedLaunch(
            name,
            status: 64,
            arguments: byHand + arguments,
            message: "vm 't': \(message)",
            hint: hint,
            spoil: spoil,
        )
    }

    private static let machines = [
        RefusedLaunch(
            "a VM of Proxmox that is not in UEFI mode",
            status: 64,
            arguments: ["-id", "100"] + StagedHost.firmware,
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
            #"'-blockdev {"node-name":': what QEMU will make of it is not certain: not readable as"#
                + " JSON (not understood from byte 13 on)",
            hint: "write it in another way, or leave it out",
        ),
        RefusedLaunch(
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
            "'-machine q35,firmware=$image' names firmware besides the custom firmware image",
            hint: "leave it out",
        ),
        call(
            "two code images",
            ["-drive", "if=pflash,unit=0,file=/a", "-pflash", "/b", "-drive", "if=pflash,index=0"],
            "'-drive if=pflash,index=0' attaches a second code image besides '-drive"
                + " if=pflash,unit=0,file=/a'",
            hint: "leave one of the two out",
        ),
        call(
            "-set of the code image's drive",
            ["-drive", "id=pf,if=pflash,file=/a", "-set", "drive.pf.file=/b"],
            "'-set drive.pf.file=/b' changes the drive that holds the firmware",
            hint: "leave it out",
        ),
        call(
            "-global of the flash device",
            ["-global", "driver=cfi.pflash01,property=drive,value=x"],
            "'-global driver=cfi.pflash01,property=drive,value=x': property 'cfi.pflash01.drive' is not"
                + " one that the launcher knows to leave the firmware alone",
            hint:
                "leave it out, or set 'permit global:cfi.pflash01.drive' in the configuration of the"
                + " launcher, if you know that the guest still starts from its own firmware",
        ),
        call(
            "-readconfig with a flash drive",
            ["-readconfig", "$store/qemu.cfg"],
            "$store/qemu.cfg line 2: '[drive] if = \"pflash\"' decides the firmware",
            hint: "put the flash drive into the command line",
        ) {
            try write(Data("[drive \"x\"]\n  if = \"pflash\"\n".utf8), to: "\($0.path)/qemu.cfg")
        },
        call(
            "-readconfig with firmware",
            ["-readconfig", "$store/qemu.cfg"],
            "$store/qemu.cfg line 2: '[machine] firmware = \"/a\"' names firmware besides the"
                + " custom firmware image",
            hint: "leave it out",
        ) {
            try write(Data("[machine]\nfirmware = \"/a\"\n".utf8), to: "\($0.path)/qemu.cfg")
        },
        call(
            "a loader device into flash",
            ["-device", "loader,file=$image,addr=0xffc84000,force-raw=on"],
            "'-device loader,file=$image,addr=0xffc84000,force-raw=on' can change what the guest runs:"
                + " it writes a file or a number into memory at every reset, flash included",
            hint: "leave it out, or allow it with 'debug allow' in the configuration of the"
                + " launcher",
        ),
        call(
            "a device that covers the flash",
            ["-machine", "q35", "-device", "isa-vga,vgamem_mb=512"],
            "'-device isa-vga,vgamem_mb=512': device 'isa-vga' can change what the guest runs: its"
                + " memory starts at 0xE0000000 and with vgamem_mb=512 covers the flash",
            hint:
                "leave it out, or set 'permit device:isa-vga' in the configuration of the launcher,"
                + " if you know that the guest still starts from its own firmware",
        ),
        call(
            "a device that nobody knows",
            ["-device", "tomorrow,id=t"],
            "'-device tomorrow,id=t': device 'tomorrow' is not one that the launcher knows to leave the"
                + " firmware alone",
            hint:
                "leave it out, or set 'permit device:tomorrow' in the configuration of the launcher,"
                + " if you know that the guest still starts from its own firmware",
        ),
        call(
            "-gdb",
            ["-gdb", "tcp::1234"],
            "'-gdb tcp::1234' can change what the guest runs: a debugger writes memory and registers",
            hint: "leave it out, or allow it with 'debug allow' in the configuration of the"
                + " launcher",
        ),
        call(
            "an IGVM file",
            ["-object", "igvm-cfg,id=i,file=/a", "-machine", "igvm-cfg=i"],
            "'-object igvm-cfg,id=i,file=/a' starts the guest from an IGVM file, not from the custom"
                + " firmware image",
            hint: "leave it out",
        ),
    ]
}

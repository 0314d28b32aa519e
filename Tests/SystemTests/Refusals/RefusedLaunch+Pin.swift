import Foundation
import Planning
import TestSupport

/// Nobody said which checksum the image must have, or not in a way that can be acted on; or what
/// was said is for another VM.
extension RefusedLaunch {
    static let configurations = pins + optionPins + virtualMachines

    private static func pin(
        _ name: String,
        _ lines: [String],
        _ message: String,
        hint: String? = nil,
    ) -> RefusedLaunch {
        RefusedLaunch(
            name,
            status: 78,
            message: "vm 't': $conf line $pin-line: section 'firmware: $volume': \(message)",
            hint: hint,
        ) {
            try $0.configure(pins: lines)
        }
    }

    private static let pins = [
        RefusedLaunch(
            "no pin",
            status: 78,
            message: "vm 't': firmware image '$volume': no checksum is pinned (found"
                + " sha256:$found)",
            hint: "if this is the image you trust: launcherctl firmware pin --config $conf $volume",
        ) {
            try $0.configure(pins: [])
        },
        pin(
            "a pin of the wrong length",
            ["sha256 \(String(repeating: "a", count: 63))"],
            "sha256: wrong length (expected 64 hexadecimal digits, found 63)",
            hint: "'sha256sum FILE' prints the digest to use",
        ),
        pin(
            "a pin of another algorithm's length",
            ["sha512 \(String(repeating: "a", count: 64))"],
            "sha512: wrong length (expected 128 hexadecimal digits, found 64)",
            hint: "'sha512sum FILE' prints the digest to use",
        ),
        pin(
            "a pin that is no number",
            ["sha256 \(String(repeating: "x", count: 64))"],
            "sha256: not hexadecimal: '\(String(repeating: "x", count: 64))'",
            hint: "'sha256sum FILE' prints the digest to use",
        ),
        RefusedLaunch(
            "a pin with MD5",
            status: 78,
            message: "vm 't': $conf line 9: section 'firmware: $volume': MD5 cannot pin an image:"
                + " collisions are known",
            hint: "pin the image with sha256, sha384 or sha512",
        ) {
            try $0.configure(pins: ["md5 d41d8cd98f00b204e9800998ecf8427e"])
        },
        RefusedLaunch(
            "a section without a pin",
            status: 78,
            message: "vm 't': $conf line 8: section 'firmware: $volume': no checksum (expected"
                + " sha256, sha384 or sha512)",
            hint: "add a line like 'sha256 DIGEST'; 'sha256sum FILE' prints the digest",
        ) {
            try $0.configure(pins: ["comment none"])
        },
        RefusedLaunch(
            "one pin of two differs",
            status: 65,
            message: "vm 't': firmware image '$volume': checksum differs (expected"
                + " sha384:\(zeros(96)), found sha384:$found384)",
            hint: "upload the image again, or, if you trust what is there: launcherctl firmware"
                + " pin --replace --config $conf $volume",
        ) {
            try $0.configure(pins: ["sha256 \($0.digest())", "sha384 \(zeros(96))"])
        },
    ]

    private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

    private static func option(
        _ name: String,
        _ suffix: String,
        status: Int32 = 64,
        _ message: String,
        hint: String? = nil,
    ) -> RefusedLaunch {
        RefusedLaunch(
            name,
            status: status,
            arguments: ["-name", "t", "-efi-firmware", ByteString(StagedHost.volume + suffix)],
            message: "vm 't': \(message)",
            hint: hint,
        )
    }

    private static let optionPins = [
        option(
            "MD5 in the option",
            ",md5=d41d8cd98f00b204e9800998ecf8427e",
            "option -efi-firmware: md5 cannot pin an image: collisions are known",
            hint: "pin the image with sha256, sha384 or sha512",
        ),
        option(
            "an unknown property in the option",
            ",sha265=00",
            "option -efi-firmware: unknown property 'sha265' (expected sha256, sha384 or sha512)",
            hint: "-efi-firmware STORAGE:efi-firmware/FILE[,sha256=HEX]",
        ),
        option(
            "the option and the configuration pin different digests",
            ",sha256=\(zeros(64))",
            status: 78,
            "firmware image '$volume': pinned to sha256:\(zeros(64)) by option -efi-firmware, but"
                + " to sha256:$pinned by $conf line $pin-line",
            hint: "find out which is right with sha256sum, and leave the other out",
        ),
        option(
            "another digest, of an algorithm that only the option pins",
            ",sha512=\(zeros(128))",
            status: 65,
            "firmware image '$volume': checksum differs (expected sha512:\(zeros(128)), found"
                + " sha512:$found512)",
            hint: "upload the image again, or correct the checksum in option -efi-firmware",
        ),
    ]

    private static func section(
        _ name: String,
        _ lines: String,
        arguments: [ByteString] = fromProxmox,
        _ message: String,
        hint: String? = nil,
    ) -> RefusedLaunch {
        RefusedLaunch(
            name,
            status: 78,
            arguments: arguments,
            message: "vm 100: \(message)",
            hint: hint,
        ) {
            try $0.configure(sections: lines)
        }
    }

    private static let virtualMachines = [
        section(
            "the option and the VM's section name different volumes",
            "vm: 100\n\tfirmware test:efi-firmware/b.fd\n",
            arguments: fromProxmox + StagedHost.firmware,
            "option -efi-firmware names '$volume', but $conf line 12 names 'test:efi-firmware/b.fd'",
            hint: "make the two agree, or leave one of them out",
        ),
        section(
            "another VM got the ID",
            "vm: 100\n\tfirmware test:efi-firmware/a.fd\n\tuuid 00000000-0000-0000-0000-000000000001\n",
            "$conf line 13: section 'vm: 100': the VM is another one (expected uuid"
                + " 00000000-0000-0000-0000-000000000001, found"
                + " 7b10d7af-b932-4c66-b2c3-3996152ec465)",
            hint: "VM IDs are used again after a VM is gone: check that the section is for this"
                + " VM, and correct its uuid",
        ),
        section(
            "a section for two of the VM's names",
            "vm: 100\n\tfirmware test:efi-firmware/a.fd\n\nvm: t\n",
            "$conf line 11: section 'vm: 100': several sections are for this VM (lines 11, 14)",
            hint: "keep one section for each VM",
        ),
        section(
            "a section for the name of a VM that has an ID",
            "vm: t\n\tfirmware test:efi-firmware/a.fd\n",
            "$conf line 11: section 'vm: t': names a VM by its UUID or its name, which its users may"
                + " change, but the VM has the ID 100",
            hint: "write 'vm: 100' if it is for this VM",
        ),
        section(
            "a VM ID that cannot be",
            "vm: 99\n",
            "$conf line 11: section 'vm: 99': wrong ID (expected a VM ID from 100 to 999999999, found"
                + " '99')",
        ),
    ]
}

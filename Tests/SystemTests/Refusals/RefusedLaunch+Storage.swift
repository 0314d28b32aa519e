import Foundation
import Planning
import TestSupport

/// The volume is not one, or its storage does not have it.
extension RefusedLaunch {
    static let volumes = names + storages

    private static func asking(
        for volume: ByteString,
        _ name: String,
        status: Int32,
        _ message: String,
        hint: String? = nil,
    ) -> RefusedLaunch {
        RefusedLaunch(
            name,
            status: status,
            arguments: ["-name", "t", "-efi-firmware", volume],
            message: "vm 't': option -efi-firmware: \(message)",
            hint: hint,
        )
    }

    private static let safe =
        "a file name may have the letters A-Z and a-z, digits, '-', '.', '_', '+' and '='"
    private static let whole = "name a volume like 'local:efi-firmware/ovmf.fd'"

    private static let names = [
        asking(
            for: "test:efi-firmware/../../a.fd",
            "'..' in the name",
            status: 64,
            "volume 'test:efi-firmware/../../a.fd': '..' leads out of the storage",
            hint: "put the file directly into the content's directory",
        ),
        asking(
            for: "$image",
            "an absolute path",
            status: 64,
            "'$image' is a path, not a volume ID",
            hint: "put the file into a storage's directory for efi-firmware and name it like"
                + " 'local:efi-firmware/ovmf.fd'; a 'dir:' section of the configuration makes any"
                + " directory a storage",
        ),
        asking(
            for: "test:efi-firmware//etc/passwd",
            "an absolute path behind the content",
            status: 64,
            "volume 'test:efi-firmware//etc/passwd': a subdirectory (expected a file name without"
                + " '/')",
            hint: "put the file directly into the content's directory",
        ),
        asking(
            for: "test:efi-firmware/a.fd\n",
            "a newline",
            status: 64,
            #"volume 'test:efi-firmware/a.fd\n': contains a control character"#,
            hint: safe,
        ),
        asking(
            for: ByteString(Array("test:efi-firmware/".utf8) + [0xFF]),
            "not UTF-8",
            status: 64,
            #"volume 'test:efi-firmware/\xff': not UTF-8 text"#,
            hint: safe,
        ),
        asking(
            for: "test:efi-firmware/\u{430}.fd",
            "a letter that only looks Latin",
            status: 64,
            "volume 'test:efi-firmware/\u{430}.fd': '\u{430}' (U+0430) in the file name",
            hint: safe,
        ),
        asking(
            for: "test:efi-firmware/.a.fd",
            "a hidden file",
            status: 64,
            "volume 'test:efi-firmware/.a.fd': file name starts with a dot",
            hint: "hidden files are not volumes; rename the file",
        ),
        asking(
            for: "test:images/a.fd",
            "content of another kind",
            status: 64,
            "volume 'test:images/a.fd': not a firmware image (expected efi-firmware/FILE,"
                + " firmware/FILE, snippets/FILE, iso/FILE.img or import/FILE.raw)",
            hint: whole,
        ),
        asking(
            for: "a.fd",
            "no storage",
            status: 64,
            "volume 'a.fd': no storage named (expected STORAGE:NAME)",
            hint: whole,
        ),
        RefusedLaunch(
            "a NUL in the configuration",
            status: 78,
            message: "vm 't': $conf line 1: hidden or control character (U+0000)",
            hint: "'cat -A FILE' shows it",
        ) {
            try $0.writeConfiguration(Data("firmware: test:efi-firmware/a.fd\0\n".utf8))
        },
        RefusedLaunch(
            "a byte of no text in the configuration",
            status: 78,
            message: "vm 't': $conf line 1: not UTF-8 text",
            hint: "save the file as UTF-8",
        ) {
            try $0.writeConfiguration(
                Data("firmware: test:efi-firmware/".utf8) + [0xFF] + Data(".fd\n".utf8)
            )
        },
        RefusedLaunch(
            "no value",
            status: 64,
            arguments: ["-name", "t", "-efi-firmware"],
            message: "vm 't': option -efi-firmware: its value is missing",
            hint: "-efi-firmware STORAGE:efi-firmware/FILE[,sha256=HEX]",
        ),
        RefusedLaunch(
            "asked for twice",
            status: 64,
            arguments: byHand + StagedHost.firmware,
            message: "vm 't': option -efi-firmware is given twice",
            hint: "give it once",
        ),
    ]

    private static func storage(
        _ name: String,
        status: Int32 = 78,
        volume: String = StagedHost.volume,
        _ message: String,
        hint: String? = nil,
        spoil: @escaping @Sendable (StagedHost) throws -> Void = { _ in },
    ) -> RefusedLaunch {
        RefusedLaunch(
            name,
            status: status,
            arguments: ["-name", "t", "-efi-firmware", ByteString(volume)],
            message: "vm 't': \(message)",
            hint: hint,
            spoil: spoil,
        )
    }

    private static let storages = [
        storage(
            "an unknown storage",
            volume: "tset:efi-firmware/a.fd",
            "volume 'tset:efi-firmware/a.fd': storage 'tset' does not exist",
            hint: "did you mean 'test'?",
        ),
        storage(
            "a disabled storage",
            "volume '$volume': storage 'test' is disabled ($conf line 5)",
            hint: "remove 'disable' in $conf line 5, or move the volume",
        ) {
            try $0.configure(storage: ["disable"])
        },
        storage(
            "a storage of another node",
            "volume '$volume': storage 'test' is not available on this node (expected 'pve7' or"
                + " 'pve8', found '\(Machine.nodeName)')",
            hint: "add the node to 'nodes' in $conf line 5, or move the volume to a storage of this"
                + " node",
        ) {
            try $0.configure(storage: ["nodes pve7,pve8"])
        },
        storage(
            "a storage without files",
            volume: "ceph:efi-firmware/a.fd",
            "volume 'ceph:efi-firmware/a.fd': storage 'ceph': rbd storage holds block"
                + " images, not files",
            hint: "keep firmware in a storage of type dir, nfs, cifs, cephfs or btrfs",
        ) {
            try write(Data("rbd: ceph\n\tpool rbd\n".utf8), to: "\($0.path)/storage.cfg")
            try $0.configure(launcher: ["storage-config \($0.path)/storage.cfg"])
        },
        storage(
            "a storage that Proxmox defines as well",
            "$conf line 6: section 'dir: test': a storage of this name is defined in"
                + " $store/storage.cfg line 1 already",
            hint: "give one of the two storages another name",
        ) {
            try write(Data("dir: test\n\tpath /srv\n".utf8), to: "\($0.path)/storage.cfg")
            try $0.configure(launcher: ["storage-config \($0.path)/storage.cfg"])
        },
        storage(
            "a storage.cfg that is named and not there",
            "'$store/storage.cfg': no such file",
            hint: "write the file, or take its name out of the command line or the configuration",
        ) {
            try $0.configure(launcher: ["storage-config \($0.path)/storage.cfg"])
        },
        storage(
            "a storage whose directory is missing",
            status: 66,
            "firmware image '$volume': the storage's directory '$root' is missing",
            hint: "the storage may not be mounted",
        ) {
            try move($0.root, to: "\($0.path)/elsewhere")
        },
        storage(
            "a mount point with nothing mounted on it",
            status: 66,
            "firmware image '$volume': no firmware directory (tried '$images',"
                + " '$root/efi-firmware')",
            hint: "the storage may not be mounted; if it is, create the directory or correct the"
                + " storage's content-dirs",
        ) {
            try move($0.root, to: "\($0.path)/elsewhere")
            try makeDirectory($0.root)
        },
    ]
}

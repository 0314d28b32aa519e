import SystemPackage

extension FileRuleset {
    /// What QMP opens later: disks that are plugged in, snapshots, backups, moved disks.
    static func storageRules(
        _ commandLine: QEMUCommandLine,
        _ surroundings: LaunchSurroundings,
    ) -> [FileRule] {
        let vmid = commandLine.all("id").last?["value"].flatMap { VirtualMachineID($0.bytes[...]) }
        return surroundings.storages.filter { storage in
            !storage.isDisabled && storage.nodes?.contains(surroundings.nodeName) != false
        }.flatMap { storage in
            rows(of: storage, vmid).map { row in
                FileRule(row, of: "storages", because: .setting("storage '\(storage.id)'"))
            }
        }
    }

    private static func rows(of storage: Storage, _ vmid: VirtualMachineID?) -> [FileRow] {
        var rows: [FileRow] = []
        if let path = storage.path {
            let contents = storage.contentDirectories
            func place(_ relative: String) -> ByteString {
                ByteString(path.string).absolute(from: "/").appending(relative)
            }
            let images = place(contents.images)
            let why = "disks that are plugged in, snapshots, backups, moved disks"
            if let vmid {
                rows.append(
                    FileRow(
                        images.appending("\(vmid.number)"),
                        [.read, .make],
                        folder: [.read, .make],
                        because: why,
                    )
                )
                rows.append(FileRow(images, .read, because: "images that disks are made on top of"))
            } else {
                rows.append(FileRow(images, [.read, .make], because: why))
            }
            for directory in contents.directories(for: .iso) {
                rows.append(FileRow(place(directory), .read, because: "media that are put in"))
            }
        }
        switch storage.images {
        case .lvm, .lvmthin, .zfs, .krbd, .iscsi:
            rows.append(
                FileRow(
                    "/dev",
                    .device,
                    because: "volumes get a device node when they are plugged in, with a name that "
                        + "nobody knows before: every device of the host, as far as its mode and "
                        + "capabilities let root open it",
                )
            )
        case .files, .btrfs, .none: break
        }
        return rows
    }
}

extension ByteString {
    fileprivate func appending(_ component: String) -> ByteString {
        ByteString(
            bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")])
                + Array(component.utf8)
        )
    }
}

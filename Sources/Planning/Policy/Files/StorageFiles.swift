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
                        images.appending("\(vmid)"),
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
                        + "nobody knows in advance: every device of the host, as far as its mode "
                        + "and capabilities let root open it",
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

/// The files that a qcow2 image names: the image below it, and the one that holds its data.
///
/// Source: QEMU's docs/interop/qcow2.txt, which has all numbers in big-endian order.
package struct ImageReferences: Equatable, Sendable {
    /// Of the part that is read here; QEMU keeps all of it in the first cluster, and names shorter.
    package static let byteCount = 64 << 10

    /// As they are written: relative to the image's folder, or with a protocol.
    package let backing: ByteString?
    /// `nil` if the image does not say, and QEMU guesses.
    package let backingFormat: ByteString?
    package let data: ByteString?

    private static let headerByteCountOfVersion2 = 72
    private static let backingFormatType: UInt32 = 0xE279_2ACA
    private static let dataFileType: UInt32 = 0x4441_5441

    /// - Returns: `nil` if this is not qcow2 of version 2 or 3.
    package init?(_ bytes: [UInt8]) {
        guard QCOW2Header(bytes.span) != nil else { return nil }
        func number(_ offset: Int) -> UInt32? { bytes.span.uint32(at: offset)?.byteSwapped }
        func text(_ offset: Int, _ count: Int) -> ByteString? {
            guard offset >= 0, count > 0, offset <= bytes.count - count else { return nil }
            return ByteString(bytes[offset..<(offset + count)])
        }
        let offset = bytes.span.uint64(at: 8)?.byteSwapped ?? 0
        backing = Int(exactly: offset).flatMap { offset in
            offset == 0 ? nil : text(offset, Int(number(16) ?? 0))
        }
        let isVersion2 = number(4) == 2
        var place = isVersion2 ? Self.headerByteCountOfVersion2 : Int(number(100) ?? 0)
        var extensions: [UInt32: ByteString] = [:]
        while let type = number(place), type != 0, let length = number(place + 4) {
            extensions[type] = text(place + 8, Int(length)) ?? extensions[type]
            place += 8 + (Int(length) + 7) / 8 * 8
        }
        backingFormat = extensions[Self.backingFormatType]
        data = extensions[Self.dataFileType]
    }

    /// The files, by their paths.
    ///
    /// - Parameter image: the absolute path of the image.
    package func files(of image: ByteString) -> [(path: ByteString, isBacking: Bool)] {
        [(backing, true), (data, false)].compactMap { name, isBacking in
            guard let name, case .path(let path) = BlockFileName(name) else { return nil }
            return (path.absolute(from: image.folder), isBacking)
        }
    }

    /// Whether the image below may name others.
    package var mayGoOn: Bool { backingFormat == nil || backingFormat == "qcow2" }
}

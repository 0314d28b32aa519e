/// Which files QEMU opens because of an option: those of the table, and those whose names are only
/// a part of a value.
extension StatedOption {
    var namedFiles: [NamedFile] {
        if OptionSyntax.namesFiles(name) { return images }
        let own: [NamedFile] =
            switch name {
            case "acpitable": files(inList: ["data", "file"], ":", "an ACPI table")
            case "chardev": channel
            case "device": filesOfDevice
            case "fsdev", "virtfs": sharedFolders
            case "incoming": incoming
            case "initrd": files(inList: ["value"], ",", "the initial RAM disk")
            case "loadstate": whole { Self.image($0, isReadOnly: true, "the state to go on from") }
            case "netdev", "net", "nic": addresses(listensBy: "server")
            case "object": filesOfObject
            case "serial", "parallel", "monitor", "qmp", "qmp-pretty", "debugcon", "gdb",
                "qtest":
                whole { LegacyChannel($0).files }
            case "spice": spice
            case "vnc":
                self["vnc"].flatMap { $0.dropping("unix:") }
                    .map { [NamedFile($0, .listens, because: "the VNC socket")] } ?? []
            default: []
            }
        return own + tabled
    }

    private var tabled: [NamedFile] {
        if name == "global" { return globals }
        let name = FileKey.option(like: name)
        var files: [NamedFile] = []
        for property in properties where !property.value.isEmpty && property.value != "no" {
            for row in FileKey.table
            where name == row.option.description && property.isNamed(row.key) {
                files.append(NamedFile(property.value, row.use, because: row.reason))
            }
        }
        return files
    }

    /// `-global DRIVER.PROPERTY=VALUE`: what `-device` would say.
    private var globals: [NamedFile] {
        guard let property = self["property"], let value = self["value"], !value.isEmpty else {
            return []
        }
        return FileKey.table
            .filter { $0.option.description == "device" && property.text == $0.key.description }
            .map { NamedFile(value, $0.use, because: $0.reason) }
    }

    private func whole(_ files: (ByteString) -> [NamedFile]) -> [NamedFile] {
        self["value"].map(files) ?? []
    }

    /// Names with a separator between them; the words after a name, as for a multiboot module, are
    /// no part of it.
    private func files(
        inList keys: [ByteString],
        _ separator: StaticString,
        _ reason: String,
    ) -> [NamedFile] {
        keys.compactMap { self[$0] }.flatMap { value in
            value.bytes.split { separator.description.utf8.contains($0) }
                .compactMap { $0.split(separator: UInt8(ascii: " ")).first }
                .map { NamedFile(ByteString($0), .reads, because: reason) }
        } + (separator.description == "," ? whole { [NamedFile($0, .reads, because: reason)] } : [])
    }
}

// MARK: - Channels and addresses

extension StatedOption {
    private var channel: [NamedFile] {
        var files: [NamedFile] = []
        if let log = self["logfile"] {
            files.append(NamedFile(log, .writes, because: "what goes through a channel, logged"))
        }
        if let input = self["input-path"] {
            files.append(NamedFile(input, .reads, because: "what comes from a channel"))
        }
        guard let path = self["path"] else { return files }
        let backend = self["backend"]
        return files + LegacyChannel.files(of: backend, path, isServer: turnsOn("server"))
    }

    /// Unix sockets in `addr.path` and the like, of `-netdev stream` and `dgram`.
    private func addresses(listensBy key: ByteString) -> [NamedFile] {
        properties.filter { $0.isNamed("path") }.map { property in
            let isOwn = turnsOn(key) || property.key.hasPrefix("local")
            return NamedFile(property.value, isOwn ? .listens : .connects, because: "a network")
        }
    }

    private var incoming: [NamedFile] {
        var files = properties.filter { $0.isNamed("path") }
            .map { NamedFile($0.value, .listens, because: "the source connects here") }
        files += properties.filter { $0.isNamed("filename") }
            .map {
                NamedFile($0.value, .disk(isReadOnly: true), because: "the state to go on from")
            }
        guard let uri = self["channel-type"] else { return files }
        if let path = uri.dropping("unix:") {
            files.append(NamedFile(path, .listens, because: "the source connects here"))
        } else if let path = uri.dropping("file:") {
            files.append(
                NamedFile(path, .disk(isReadOnly: true), because: "the state to go on from")
            )
        }
        return files
    }

    private var spice: [NamedFile] {
        guard turnsOn("unix"), let path = self["addr"] else { return [] }
        return [NamedFile(path, .listens, because: "the SPICE socket")]
    }
}

// MARK: - Devices, objects, folders

extension StatedOption {
    private var filesOfDevice: [NamedFile] {
        var files: [NamedFile] = []
        if let path = self["file"] {
            let isKept = self["driver"] == "canokey"
            files.append(NamedFile(path, isKept ? .writes : .reads, because: "a device's content"))
        }
        if let path = self["rootdir"] {
            let isOpen = self["readonly"].flatMap(QEMUValue.truth) == false
            files.append(NamedFile(path, isOpen ? .shares : .reads, because: "a folder by MTP"))
        }
        return files
    }

    private var filesOfObject: [NamedFile] {
        var files: [NamedFile] = []
        if let path = self["file"] {
            let isWritten = self["qom-type"] == "filter-dump"
            files.append(NamedFile(path, isWritten ? .writes : .reads, because: "an object's file"))
        }
        if let path = self["filename"] {
            files.append(NamedFile(path, .device, because: "an object's file"))
        }
        switch self["qom-type"] {
        case "memory-backend-shm":
            files.append(NamedFile("/dev/shm", .memory, because: "memory of the guest"))
        case "x-vfio-user-server":
            files += properties.filter { $0.key == "socket.path" }
                .map { NamedFile($0.value, .listens, because: "a device for another VM") }
        default: break
        }
        return files
    }

    private var sharedFolders: [NamedFile] {
        guard let path = self["path"], self["fsdriver"] != "proxy" else { return [] }
        let use: FileUse = turnsOn("readonly") ? .reads : .shares
        return [NamedFile(path, use, because: "a folder that the guest sees")]
    }
}

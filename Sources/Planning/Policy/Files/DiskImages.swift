extension StatedOption {
    /// The disks of an option that describes block nodes.
    var images: [NamedFile] {
        let isReadOnly =
            turnsOn("read-only") || turnsOn("readonly") || self["media"] == "cdrom"
            || name == "cdrom"
        return properties.flatMap { property -> [NamedFile] in
            if property.key == "file", name != "blockdev", !property.value.hasPrefix("json:") {
                return Self.image(property.value, isReadOnly: isReadOnly, "a disk of the VM")
            }
            let use: FileUse
            if property.isNamed("filename") {
                use = .disk(isReadOnly: isReadOnly)
            } else if property.isNamed("dir") {
                use =
                    properties.contains { $0.isNamed("rw") && $0.value == "on" } ? .shares : .reads
            } else if property.isNamed("conf") || property.isNamed("config") {
                use = .reads
            } else if property.isNamed("path") {
                use = usesDevicePath ? .device : .connects
            } else {
                return []
            }
            return [NamedFile(property.value, use, because: "a disk of the VM")]
        }
    }

    /// Of libblkio's drivers; the others connect to a server by it.
    private var usesDevicePath: Bool {
        anyValue(of: "driver") {
            $0.hasSuffix("io_uring") || $0.hasPrefix("virtio-blk-vfio")
                || $0 == "virtio-blk-vhost-vdpa"
        }
    }

    /// By a name that may begin with a protocol.
    static func image(
        _ name: ByteString,
        isReadOnly: Bool,
        _ reason: String,
    ) -> [NamedFile] {
        if let path = name.dropping("host_cdrom:") {
            return [NamedFile(path, .disk(isReadOnly: true), because: reason)]
        }
        if let text = name.dropping("fat:") {
            // vvfat: `fat:[floppy:][32:][rw:]FOLDER`.
            var words = text.bytes.split(
                separator: UInt8(ascii: ":"),
                omittingEmptySubsequences: false,
            ).map { ByteString($0) }
            let isOpen = words.contains("rw")
            while words.count > 1, ["floppy", "12", "16", "32", "rw"].contains(words[0]) {
                words.removeFirst()
            }
            let folder = ByteString(Array(words.map(\.bytes).joined(separator: Array(":".utf8))))
            return [NamedFile(folder, isOpen ? .shares : .reads, because: reason)]
        }
        guard case .path(let path) = BlockFileName(name), !path.isEmpty else { return [] }
        return [NamedFile(path, .disk(isReadOnly: isReadOnly), because: reason)]
    }
}

extension QEMUCommandLine {
    /// The images in which QEMU looks for the name of another one. Only if they are declared as
    /// qcow2, or QEMU guesses it: what a guest wrote into a raw image names no file.
    package func imagesWithReferences(from directory: ByteString) -> [ByteString] {
        var images: [ByteString] = []
        for option in options where OptionSyntax.namesFiles(option.name) {
            for property in option.properties where isQCOW2(property, of: option) {
                for file in option.files(of: property) {
                    images.append(file.path.absolute(from: directory))
                }
            }
        }
        return images
    }

    private func isQCOW2(_ property: StatedOption.Property, of option: StatedOption) -> Bool {
        if property.key == "file", option.name != "blockdev" {
            return option.format(at: nil).map { $0 == "qcow2" } ?? true
        }
        guard property.isNamed("filename") else { return false }
        let level = property.key.level
        if option.format(at: level) == "qcow2" { return true }
        guard let level else {
            return option.name == "blockdev" && isQCOW2(nodeNamed: option["node-name"])
        }
        // What is around the file: -blockdev always says what it is, -drive lets QEMU guess.
        return option.format(at: level.level).map { $0 == "qcow2" } ?? (option.name != "blockdev")
    }

    /// Whether a qcow2 node is made of the node of that name.
    private func isQCOW2(nodeNamed name: ByteString?) -> Bool {
        guard let name else { return false }
        return options.contains { option in
            (option.name == "blockdev" || option.name == "drive")
                && option.properties.contains { property in
                    property.value == name
                        && (property.isNamed("file") || property.isNamed("data-file"))
                        && option.format(at: property.key.level) == "qcow2"
                }
        }
    }
}

extension StatedOption {
    /// - Parameter level: the keys around; `nil` at the top.
    fileprivate func format(at level: ByteString?) -> ByteString? {
        let prefix = level.map { $0.bytes + [UInt8(ascii: ".")] } ?? []
        let keys = ["driver", "format"].map { (key: ByteString) in ByteString(prefix + key.bytes) }
        return properties.last { keys.contains($0.key) }?.value
    }

    fileprivate func files(of property: Property) -> [NamedFile] {
        property.key == "file" && name != "blockdev"
            ? Self.image(property.value, isReadOnly: true, "")
            : [NamedFile(property.value, .disk(isReadOnly: true), because: "")]
    }
}

extension ByteString {
    /// The keys around the innermost one; `nil` if there is only one.
    fileprivate var level: ByteString? {
        bytes.lastIndex(of: UInt8(ascii: ".")).map { ByteString(bytes[..<$0]) }
    }
}

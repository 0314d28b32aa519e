/// Drivers between the flash device and the file, as far as a code image can pass through them.
private enum LayerDriver {
    /// Passes the bytes on. A window into them (`offset`, `size`) is taken off.
    static let raw: ByteString = "raw"
    /// A filter that slows requests and changes nothing.
    static let filters: Set<ByteString> = ["throttle"]
    /// Formats of the image that stood here before; the sealed image is raw.
    static let formats: Set<ByteString> = [
        "bochs", "cloop", "dmg", "parallels", "qcow", "qcow2", "qed", "vdi", "vhdx", "vmdk", "vpc",
    ]
    /// What a raw node may keep.
    static let rawProperties: Set<ByteString> = [
        "auto-read-only", "cache", "detect-zeroes", "discard", "driver", "file", "force-share",
        "node-name",
        "read-only",
    ]
}

extension BlockGraph {
    /// Puts the image where the chain's protocol node is, raw and read-only on the whole way down.
    /// Node names, and with a file under a raw node every byte but the file's name, stay.
    ///
    /// - Parameter chain: the nodes from the one the machine names to the protocol node.
    package mutating func placeImage(
        at path: ByteString,
        below chain: [Node],
    ) throws(AttachmentError) {
        for node in chain.dropLast() { try passThrough(node) }
        if let node = chain.last { try openImage(path, in: node) }
        for (position, node) in chain.enumerated() {
            try forbidWriting(to: node, isTop: position == 0)
        }
    }

    private mutating func passThrough(_ node: Node) throws(AttachmentError) {
        guard let driver = string("driver", of: node) else {
            throw .unsupportedDriver("", node: string("node-name", of: node))
        }
        if LayerDriver.filters.contains(driver) { return }
        guard driver == LayerDriver.raw || LayerDriver.formats.contains(driver) else {
            throw .unsupportedDriver(driver, node: string("node-name", of: node))
        }
        try edit(node) { (definition) throws(JSONError) in
            var raw = try definition.keeping(LayerDriver.rawProperties, at: node.path)
            if driver != LayerDriver.raw {
                raw = try raw.setting(node.property("driver"), to: LayerDriver.raw)
            }
            return raw
        }
    }

    private mutating func openImage(_ path: ByteString, in node: Node) throws(AttachmentError) {
        let isFile = string("driver", of: node) == "file"
        try edit(node) { (definition) throws(JSONError) in
            guard !isFile else {
                return try definition.setting(node.property("filename"), to: path)
            }
            return try definition.keeping(["driver", "node-name", "read-only"], at: node.path)
                .setting(node.property("driver"), to: "file")
                .setting(node.property("filename"), to: path)
        }
    }

    /// A nested node takes after the node around it, one with a definition of its own does not.
    private mutating func forbidWriting(to node: Node, isTop: Bool) throws(AttachmentError) {
        let writable = truth("read-only", of: node)
        guard writable == false || writable == nil && (isTop || node.path.isEmpty) else { return }
        try edit(node) { (definition) throws(JSONError) in
            try definition.setting(node.property("read-only"), to: true)
        }
    }
}

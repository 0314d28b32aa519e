/// A variable store that `-efidisk0` adds to a launch by hand: the value of its `-drive`.
package struct VariableStoreOption: Equatable, Sendable {
    package let path: ByteString
    /// QEMU's name of the image format: `raw`, `qcow2`, …
    package let format: ByteString
    /// For raw stores, the size of the template they were made from, in bytes: the store's volume
    /// may be larger, and the code image expects its flash bank to end exactly there. Proxmox
    /// passes it for the same reason (`print_ovmf_drive_commandlines` of qemu-server's OVMF.pm).
    package let byteCount: Int?

    package init(path: ByteString, format: ByteString, byteCount: Int?) {
        self.path = path
        self.format = format
        self.byteCount = byteCount
    }

    /// - Parameter size: of the template that the store was made from.
    package init(_ store: VariableStore, size: VariableStoreSize) {
        self.init(
            path: store.path,
            format: ByteString(store.format.rawValue),
            byteCount: store.format == .raw ? size.templateByteCount : nil,
        )
    }

    /// Named as Proxmox names it, so that its tools find it.
    package var driveValue: ByteString {
        var text = KeyValueList("if=pflash,unit=1,id=drive-efidisk0").setting("format", to: format)
        text = KeyValueList(text).setting("file", to: path)
        guard let byteCount else { return text }
        return KeyValueList(text).setting("size", to: ByteString(String(byteCount)))
    }
}

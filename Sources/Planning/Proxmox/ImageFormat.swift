/// The image formats that Proxmox names for drives, spelled as QEMU's block drivers.
package enum ImageFormat: String, Hashable, Sendable, CaseIterable {
    case raw, qcow, qed, qcow2, vmdk, cloop

    /// What the extension of a file name tells, where it is one of a format.
    init?(extensionOf fileName: String) {
        guard let dot = fileName.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        self.init(rawValue: String(fileName[fileName.utf8.index(after: dot)...]))
    }
}

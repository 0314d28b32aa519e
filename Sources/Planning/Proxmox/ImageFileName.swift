/// The name of a VM's image on a storage that keeps files: `100/vm-100-disk-0.qcow2`, or with the
/// base image before it, as linked clones have it, `100/base-100-disk-0.raw/101/vm-101-disk-0.qcow2`
/// (pve-storage Plugin.pm `parse_volname`, `parse_name_dir`).
struct ImageFileName {
    let vmid: String
    let file: String
    /// `file` without its extension.
    let stem: String
    let format: ImageFormat

    init(_ volume: VolumeID) throws(VolumeError) {
        let expected = "VMID/NAME.raw, .qcow2 or .vmdk"
        let parts = volume.name.utf8.split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false,
        ).map(Substring.init)
        guard parts.count == 2 || parts.count == 4, parts.map(\.utf8).allSatisfy(isImageName),
            stride(from: 0, to: parts.count, by: 2).allSatisfy({ isNumber(parts[$0]) })
        else { throw .notAnImage(volume: volume, expected: expected) }

        let file = String(parts[parts.count - 1])
        guard let format = ImageFormat(extensionOf: file), Self.formats.contains(format),
            // Snapshots of a volume chain: never a VM's disk.
            !(format == .qcow2 && file.hasPrefix("snap-"))
        else { throw .notAnImage(volume: volume, expected: expected) }
        vmid = String(parts[parts.count - 2])
        self.file = file
        stem = String(file.dropLast(format.rawValue.count + 1))
        self.format = format
    }

    private static let formats: [ImageFormat] = [.raw, .qcow2, .vmdk]
}

private func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(isDigit)
}

/// One path component of printable ASCII without blanks. Proxmox takes more; no image that it
/// makes has more.
func isImageName(_ name: some Collection<UInt8>) -> Bool {
    !name.isEmpty && name.first != UInt8(ascii: ".")
        && name.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
}

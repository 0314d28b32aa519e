import Planning

extension SettingsFiles {
    /// qemu-server includes a file for every q35 machine, about USB controllers and PCI bridges.
    static let proxmox: SettingsFiles = {
        let text = """
            [device "ehci"]
              driver = "ich9-usb-ehci1"
              bus = "pcie.0"

            [device "pcidmi"]
              driver = "i82801b11-bridge"
              bus = "pcie.0"

            """
        let paths: [ByteString] = [
            "/usr/share/qemu-server/pve-q35-4.0.cfg", "/usr/share/qemu-server/pve-q35.cfg",
        ]
        let files = paths.map { ($0, SettingsFile(path: $0, bytes: Array(text.utf8))) }
        return SettingsFiles(defaultFile: nil, included: Dictionary(uniqueKeysWithValues: files))
    }()
}

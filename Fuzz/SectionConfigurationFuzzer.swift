import Planning

/// launcher.conf, strictly, and storage.cfg as Proxmox reads it.
func fuzzSectionConfiguration(_ bytes: [UInt8]) {
    let storages = try? StorageConfiguration(.defaults, storageConfiguration: bytes)
    if let storages { _ = storages.survey() }

    let configuration: LauncherConfiguration
    do {
        configuration = try LauncherConfiguration(parsing: bytes, file: "launcher.conf")
    } catch {
        requireReadable(error)
        return
    }
    do {
        let both = try StorageConfiguration(configuration, storageConfiguration: bytes)
        _ = both.survey()
    } catch {
        requireReadable(error)
    }
    pin(bytes)
    set(bytes)
}

/// A setting of a VM is there when the file is read again, and taking it out leaves no trace of it.
private func set(_ bytes: [UInt8]) {
    do throws(ConfigurationError) {
        var edit = try SectionEdit(bytes, file: "launcher.conf")
        try edit.set("seccomp", to: "log", in: "vm", "424242")
        var again = try SectionEdit(edit.bytes, file: "launcher.conf")
        require(again.values("seccomp", in: "vm", "424242") == ["log"], "the setting is not there")
        let isFound = try again.unset("seccomp", in: "vm", "424242")
        require(isFound, "the setting cannot be found")
        require(again.values("seccomp", in: "vm", "424242").isEmpty, "the setting is there still")
    } catch {
        requireReadable(error)
    }
}

/// A pin that is added is there when the file is read again, and can be taken out.
private func pin(_ bytes: [UInt8]) {
    guard let volume = try? FirmwareVolumeID(parsing: "local:efi-firmware/fuzz.fd") else { return }
    let digest = Digest(.sha256, bytes: Array(repeating: 0xA5, count: 32))
    do {
        let edit = try PinEdit(bytes, file: "launcher.conf")
        let pinned = try edit.pinning(.volume(volume), to: [digest], build: nil)
        let text = ByteString(pinned)
        require(text.contains(digest.hex), "the pin is not in the file")
        let undone = try PinEdit(pinned, file: "launcher.conf").unpinning(.volume(volume))
        require(undone != nil, "the pin cannot be found again")
    } catch {
        requireReadable(error)
    }
}

extension ByteString {
    fileprivate func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains {
            bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
    }
}

import Planning

/// What is accepted is written back as it came, and leads to a file below its storage.
func fuzzVolumeID(_ bytes: [UInt8]) {
    let text = ByteString(bytes)
    do {
        let id = try VolumeID(parsing: text)
        require(ByteString(id.description) == text, "a volume ID changed")
    } catch {
        requireReadable(error)
    }
    do {
        let volume = try FirmwareVolumeID(parsing: text)
        let name = volume.fileName.utf8
        require(!name.isEmpty && name.first != UInt8(ascii: "."), "a hidden file")
        require(!name.contains { $0 == 0x2F || $0 < 0x20 }, "a path, not a name")
    } catch {
        requireReadable(error)
    }
}

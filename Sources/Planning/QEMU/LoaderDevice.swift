/// A `-device loader` (or `guest-loader`): bytes put into guest memory at every reset.
package struct LoaderDevice: Equatable, Sendable {
    /// Where firmware can be: the largest flash bank below 4 GiB, and its copy below 1 MiB
    /// (`pc_system_flash_map` and the isa-bios region of QEMU's hw/i386).
    private static let firmwareRanges: [Range<UInt64>] = [
        0xE0000..<0x10_0000,
        (1 << 32) - UInt64(ImageRequest.maximumByteCount)..<(1 << 32),
    ]

    /// Where a file of any size stays clear of them. Not up to the end of 64 bits: QEMU goes on at
    /// address 0 from there.
    private static let farAboveFirmware: Range<UInt64> = 1 << 32..<1 << 52

    package let option: ArgumentVector.Option
    package let identifier: ByteString?
    private let properties: [ByteString: ByteString]

    package static func all(in vector: ArgumentVector) -> [LoaderDevice] {
        vector.all("device").compactMap { LoaderDevice($0) }
    }

    private init?(_ option: ArgumentVector.Option) {
        guard let value = option.value else { return nil }
        var properties: [ByteString: ByteString] = [:]
        if value.bytes.first == UInt8(ascii: "{") {
            // A device that is not JSON is refused by QEMU and loads nothing.
            guard let root = JSONReader.readable(value) else { return nil }
            for member in root.members {
                properties[member.key] =
                    member.value.optionText
            }
            identifier = properties["id"]
        } else {
            let list = KeyValueList(value, impliedKey: "driver")
            for item in list.items { properties[item.key] = item.value }
            identifier = list.identifier
        }
        guard properties["driver"] == "loader" || properties["driver"] == "guest-loader" else {
            return nil
        }
        self.option = option
        self.properties = properties
    }

    /// The file whose size decides where the loaded bytes end.
    package var file: ByteString? {
        properties["file"] ?? properties["kernel"] ?? properties["initrd"]
    }

    /// Why this device could reach the firmware; `nil` where it cannot.
    ///
    /// - Parameter byteCount: the size of ``file``, where it is a readable regular file.
    package func danger(fileByteCount byteCount: UInt64?) -> String? {
        guard properties["driver"] == "loader" else { return "it places a guest of its own" }
        guard properties["cpu-num"] == nil else { return "cpu-num sets where a processor starts" }
        guard let address = properties["addr"].map(QEMUValue.number) else {
            return file == nil ? nil : "its file decides where it is loaded"
        }
        guard let address else { return "its address is not a number" }
        guard file == nil || properties["force-raw"].flatMap(QEMUValue.truth) == true else {
            return "without force-raw=on its file decides where it is loaded"
        }
        let length: UInt64? = file == nil ? 8 : byteCount
        guard let length else {
            return Self.farAboveFirmware.contains(address)
                ? nil : "the size of its file is not known"
        }
        let (end, overflow) = address.addingReportingOverflow(length)
        let reaches = Self.firmwareRanges.contains {
            $0.lowerBound < end && address < $0.upperBound
        }
        return overflow || reaches ? "it writes where the firmware is" : nil
    }
}

extension JSONReader {
    /// The value, or `nil` for what is not JSON and so refused by QEMU itself.
    package static func readable(_ text: ByteString) -> JSONNode? {
        do { return try read(text) } catch { return nil }
    }
}

/// A `-set group.id.key=value` option: a late change to an option that has that id.
package struct SetOption: Equatable, Sendable {
    package let group: ByteString
    package let identifier: ByteString
    package let key: ByteString
    package let value: ByteString

    /// Reads `group.id.key=value` as `qemu_set_option` in QEMU's system/vl.c does.
    package init?(_ text: ByteString) {
        let parts = text.bytes.split(
            separator: UInt8(ascii: "."),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3, let equals = parts[2].firstIndex(of: UInt8(ascii: "=")) else {
            return nil
        }
        group = ByteString(parts[0])
        identifier = ByteString(parts[1])
        key = ByteString(parts[2][..<equals])
        value = ByteString(parts[2][(equals + 1)...])
    }
}

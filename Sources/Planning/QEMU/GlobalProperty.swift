/// A `-global` option: a property of every device of one driver.
package struct GlobalProperty: Equatable, Sendable {
    package let driver: ByteString
    package let property: ByteString

    /// Both spellings: `driver.property=value`, or `driver=…,property=…,value=…`. QEMU tries the
    /// short one first, and its driver ends at the first dot, so that `cfi.pflash01` can be named
    /// in the long one only (`qemu_global_option` in softmmu/qdev-monitor.c and its successors).
    package init?(_ value: ByteString) {
        let bytes = value.bytes
        if let dot = bytes.firstIndex(of: UInt8(ascii: ".")),
            let equals = bytes.firstIndex(of: UInt8(ascii: "=")), dot < equals
        {
            driver = ByteString(bytes[..<dot])
            property = ByteString(bytes[(dot + 1)..<equals])
            return
        }
        let list = KeyValueList(value)
        guard let driver = list["driver"], let property = list["property"] else { return nil }
        self.driver = driver
        self.property = property
    }

    /// Whether it could change which bytes the flash holds. Only `secure`, which libvirt and
    /// others set to keep the guest's system out of its variables, says nothing about them.
    package var decidesFirmware: Bool {
        switch driver {
        case "cfi.pflash01": property != "secure"
        case "loader", "guest-loader": true
        default: false
        }
    }
}

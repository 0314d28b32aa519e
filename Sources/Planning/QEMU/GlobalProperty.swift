/// A `-global` option: a property of every device of one driver.
package struct GlobalProperty: Equatable, Sendable {
    package let driver: ByteString
    package let property: ByteString

    /// Both spellings: `driver.property=value`, or `driver=…,property=…,value=…`
    /// (`qemu_global_option` in QEMU's util/qemu-config.c).
    package init?(_ value: ByteString) {
        let list = KeyValueList(value)
        if let driver = list["driver"], let property = list["property"] {
            self.driver = driver
            self.property = property
            return
        }
        guard let dot = value.bytes.firstIndex(of: UInt8(ascii: ".")),
            let equals = value.bytes.firstIndex(of: UInt8(ascii: "=")), dot < equals
        else { return nil }
        driver = ByteString(value.bytes[..<dot])
        property = ByteString(value.bytes[(dot + 1)..<equals])
    }

    /// Whether it could change which bytes the flash holds. Only `secure`, which libvirt and
    /// others set to keep the guest's system out of its variables, says nothing about them.
    package var decidesFirmware: Bool {
        switch driver {
        case "cfi.pflash01": property != "secure"
        case "loader", "guest-loader", "generic-loader": true
        default: false
        }
    }
}

/// A `-global` option: a property of every device of one driver.
package struct GlobalProperty: Equatable, Sendable {
    package let driver: ByteString
    package let property: ByteString
    package let value: ByteString

    package init(driver: ByteString, property: ByteString, value: ByteString = "") {
        self.driver = driver
        self.property = property
        self.value = value
    }

    /// Both spellings: `driver.property=value`, or `driver=…,property=…,value=…`. QEMU tries the
    /// short one first, and its driver ends at the first dot, so that `cfi.pflash01` can be named
    /// in the long one only (`qemu_global_option` in softmmu/qdev-monitor.c and its successors).
    package init?(_ text: ByteString) {
        let bytes = text.bytes
        if let dot = bytes.firstIndex(of: UInt8(ascii: ".")),
            let equals = bytes.firstIndex(of: UInt8(ascii: "=")), dot < equals
        {
            self.init(
                driver: ByteString(bytes[..<dot]),
                property: ByteString(bytes[(dot + 1)..<equals]),
                value: ByteString(bytes[(equals + 1)...]),
            )
            return
        }
        let list = KeyValueList(text)
        guard let driver = list["driver"], let property = list["property"],
            let value = list["value"]
        else { return nil }
        self.init(driver: driver, property: property, value: value)
    }
}

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

extension JSONNode {
    /// As the value would be after `key=`; `nil` for what has no such form.
    package var optionText: ByteString? {
        switch content {
        case .string(let text), .number(let text): text
        case .bool(let truth): truth ? "on" : "off"
        case .object, .array, .null: nil
        }
    }
}

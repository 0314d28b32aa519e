/// QEMU's ways of writing a number or a truth value in an option.
package enum QEMUValue {
    /// A number as strtoull with base 0 reads it: decimal, `0x` hexadecimal or `0` octal
    /// (`parse_option_number` in QEMU's util/qemu-option.c). `nil` for what QEMU refuses.
    package static func number(_ text: ByteString) -> UInt64? {
        guard var digits = text.text else { return nil }
        while let first = digits.utf8.first, first == 0x20 || (0x09...0x0D).contains(first) {
            digits.removeFirst()
        }
        if digits.hasPrefix("+") { digits.removeFirst() }
        // UInt64.init would take a second sign, strtoull does not.
        guard digits.utf8.first != UInt8(ascii: "+") else { return nil }
        if digits.lowercased().hasPrefix("0x") { return UInt64(digits.dropFirst(2), radix: 16) }
        if digits.hasPrefix("0"), digits.utf8.count > 1 { return UInt64(digits, radix: 8) }
        return UInt64(digits)
    }

    /// `on`, `yes`, `true`, `y` and their opposites (`qapi_bool_parse`); `nil` for anything else.
    package static func truth(_ text: ByteString) -> Bool? {
        switch text.text {
        case "on", "yes", "true", "y": true
        case "off", "no", "false", "n": false
        default: nil
        }
    }
}

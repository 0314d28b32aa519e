/// QEMU's ways of writing a number or a truth value in an option.
package enum QEMUValue {
    /// A number as strtoull with base 0 reads it: decimal, `0x` hexadecimal or `0` octal
    /// (`parse_option_number` in QEMU's util/qemu-option.c). `nil` for what QEMU refuses.
    package static func number(_ text: ByteString) -> UInt64? {
        var bytes = text.bytes.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        if bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        var radix = 10
        if bytes.first == UInt8(ascii: "0"), bytes.count > 1 {
            let isHexadecimal = bytes.dropFirst().first.map { $0 | 0x20 } == UInt8(ascii: "x")
            radix = isHexadecimal ? 16 : 8
            bytes = bytes.dropFirst(isHexadecimal ? 2 : 1)
        }
        // UInt64.init would take a sign here, strtoull does not.
        guard bytes.first.flatMap(hexValue) != nil else { return nil }
        return UInt64(String(decoding: bytes, as: UTF8.self), radix: radix)
    }

    /// A number of bytes as `qemu_strtosz` reads it: `540672`, `0x84000`, `8M`, `1G`. `nil` for
    /// what QEMU refuses, and for fractions such as `1.5M`, which nobody gives for firmware.
    package static func byteCount(_ text: ByteString) -> UInt64? {
        let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
        if isHexadecimal { return number(text) }
        let digits = text.bytes.prefix { hexValue($0).map { $0 < 10 } ?? false }
        guard let count = UInt64(String(decoding: digits, as: UTF8.self)) else { return nil }
        let suffix = text.bytes[digits.endIndex...]
        guard let first = suffix.first else { return count }
        let units = Array("bkmgtpe".utf8)
        guard suffix.count == 1, let power = units.firstIndex(of: first | 0x20) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: 1 << (10 * UInt64(power)))
        return overflow ? nil : product
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

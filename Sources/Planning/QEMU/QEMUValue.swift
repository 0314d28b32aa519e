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

    /// A number of bytes as `qemu_strtosz` reads it: `540672`, `0x84000`, `8M`, `0.5G`. `nil` for
    /// what QEMU refuses.
    package static func byteCount(_ text: ByteString) -> UInt64? {
        let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
        if isHexadecimal { return number(text) }
        let isDigit = { (byte: UInt8) in hexValue(byte).map { $0 < 10 } ?? false }
        let digits = text.bytes.prefix(while: isDigit)
        var rest = text.bytes[digits.endIndex...]
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest[fraction.endIndex...]
        }
        guard let count = UInt64(String(decoding: digits, as: UTF8.self)),
            let part = Double("0.\(String(decoding: fraction, as: UTF8.self))0"),
            let unit = unit(rest),
            // Half a byte is none.
            part == 0 || unit > 1
        else { return nil }
        let (product, tooMuch) = count.multipliedReportingOverflow(by: unit)
        let (sum, overflow) = product.addingReportingOverflow(UInt64(part * Double(unit)))
        return tooMuch || overflow ? nil : sum
    }

    /// `K` and the like, alone; nothing is a byte.
    private static func unit(_ suffix: ArraySlice<UInt8>) -> UInt64? {
        guard let first = suffix.first else { return 1 }
        let units = Array("bkmgtpe".utf8)
        guard suffix.count == 1, let power = units.firstIndex(of: first | 0x20) else { return nil }
        return 1 << (10 * UInt64(power))
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

/// A value in QEMU's `key=value,key=value` syntax, with the place of each part.
///
/// A comma inside a value is doubled; nothing else is special. If QEMU reads the same key twice,
/// the last one counts (util/qemu-option.c and util/keyval.c of QEMU).
package struct KeyValueList: Equatable, Sendable {
    package struct Item: Equatable, Sendable {
        package let key: ByteString
        /// Commas are single again. A bare `key` is `on`, a bare `nokey` is `off`.
        package let value: ByteString
        /// Where the item is in the text, without the comma after it.
        package let range: Range<Int>
    }

    package let text: ByteString
    package let items: [Item]
    private let impliedKey: ByteString?

    /// - Parameter impliedKey: the key of a first item that has no `=`, such as `type` for
    ///   `-machine q35`.
    package init(_ text: ByteString, impliedKey: ByteString? = nil) {
        self.text = text
        self.impliedKey = impliedKey
        var items: [Item] = []
        var position = 0
        while position < text.bytes.count {
            let item = Self.item(
                in: text.bytes,
                from: position,
                impliedKey: items.isEmpty ? impliedKey : nil
            )
            items.append(item)
            position = item.range.upperBound + 1
        }
        self.items = items
    }

    /// The value that counts for QEMU: the last one.
    package subscript(key: ByteString) -> ByteString? {
        items.last { $0.key == key }?.value
    }

    /// The first `id`: QEMU takes that one if the key is given twice
    /// (`opts_parse_id` in util/qemu-option.c).
    package var identifier: ByteString? {
        items.first { $0.key == "id" }?.value
    }

    private static func item(in bytes: [UInt8], from start: Int, impliedKey: ByteString?) -> Item {
        let keyEnd =
            bytes[start...].firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ",") }
            ?? bytes.count
        if keyEnd < bytes.count, bytes[keyEnd] == UInt8(ascii: "=") {
            let (value, end) = Self.value(in: bytes, from: keyEnd + 1)
            return Item(key: ByteString(bytes[start..<keyEnd]), value: value, range: start..<end)
        }
        if let impliedKey {
            let (value, end) = Self.value(in: bytes, from: start)
            return Item(key: impliedKey, value: value, range: start..<end)
        }
        return flag(ByteString(bytes[start..<keyEnd]), range: start..<keyEnd)
    }

    private static func flag(_ word: ByteString, range: Range<Int>) -> Item {
        word.hasPrefix("no")
            ? Item(key: ByteString(word.bytes.dropFirst(2)), value: "off", range: range)
            : Item(key: word, value: "on", range: range)
    }

    private static func value(in bytes: [UInt8], from start: Int) -> (ByteString, end: Int) {
        var value: [UInt8] = []
        var position = start
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: ",") {
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: ",") else {
                    break
                }
                position += 1
            }
            value.append(bytes[position])
            position += 1
        }
        return (ByteString(value), position)
    }
}

// MARK: - Editing

extension KeyValueList {
    /// The text without the items that `isRemoved` picks; every other byte stays.
    package func removing(where isRemoved: (Item) -> Bool) -> ByteString {
        joined(items.filter { !isRemoved($0) }) { _ in nil }
    }

    /// The text with one value instead of all earlier ones of that key: in the place of the last
    /// one, or at the end.
    package func setting(_ key: ByteString, to value: ByteString) -> ByteString {
        let new = key.bytes + [UInt8(ascii: "=")] + Self.escaped(value).bytes
        guard let last = items.last(where: { $0.key == key }) else {
            let rest = joined(items) { _ in nil }
            return ByteString(rest.bytes + (rest.bytes.isEmpty ? [] : [UInt8(ascii: ",")]) + new)
        }
        return joined(items.filter { $0.key != key || $0 == last }) { $0 == last ? new : nil }
    }

    /// Empty items go, because two commas in a row would be one comma of the value before them.
    ///
    /// - Parameter replacement: what is written instead of the item's own bytes.
    private func joined(
        _ kept: [Item],
        _ replacement: (Item) -> [UInt8]?,
    ) -> ByteString {
        var bytes: [UInt8] = []
        for item in kept {
            let written = replacement(item) ?? written(item, isFirst: bytes.isEmpty)
            guard !written.isEmpty else { continue }
            if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes += written
        }
        return ByteString(bytes)
    }

    /// An item's own bytes, unless they would mean something else: a first word without `=` is the
    /// value of the implied key, and any other is a key itself.
    private func written(_ item: Item, isFirst: Bool) -> [UInt8] {
        let bytes = Array(text.bytes[item.range])
        let equals = [UInt8(ascii: "=")]
        guard let impliedKey, !bytes.contains(equals[0]) else { return bytes }
        if item.range.lowerBound == 0 {
            return bytes.isEmpty || !isFirst ? impliedKey.bytes + equals + bytes : bytes
        }
        return isFirst && !bytes.isEmpty ? item.key.bytes + equals + item.value.bytes : bytes
    }

    /// A value as it has to be written: commas doubled. The only place that doubles them.
    package static func escaped(_ value: ByteString) -> ByteString {
        ByteString(value.bytes.flatMap { $0 == UInt8(ascii: ",") ? [$0, $0] : [$0] })
    }
}

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
            // Half a byte is not a byte.
            part == 0 || unit > 1
        else { return nil }
        let (product, tooMuch) = count.multipliedReportingOverflow(by: unit)
        let (sum, overflow) = product.addingReportingOverflow(UInt64(part * Double(unit)))
        return tooMuch || overflow ? nil : sum
    }

    /// `K` and so on, alone; no unit means bytes.
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

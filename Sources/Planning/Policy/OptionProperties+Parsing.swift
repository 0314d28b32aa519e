extension OptionProperties {
    /// Splits at single commas; two commas are one of the value's own.
    static func keyValueProperties(_ bytes: [UInt8]) -> [Property] {
        var words: [[UInt8]] = [[]]
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: ",") else {
                words[words.count - 1].append(byte)
                continue
            }
            if index < bytes.count, bytes[index] == UInt8(ascii: ",") {
                words[words.count - 1].append(byte)
                index += 1
            } else {
                words.append([])
            }
        }
        return words.filter { !$0.isEmpty }.map { word in
            let parts = word.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let last = String(decoding: parts.last ?? [], as: UTF8.self)
            guard parts.count == 2, let first = parts.first else {
                return Property(key: "", value: last)
            }
            return Property(key: String(decoding: first, as: UTF8.self), value: last)
        }
    }

    /// Every member with a text, number or truth value, at any depth, as a flat list.
    static func jsonProperties(_ bytes: [UInt8]) -> [Property] {
        var properties: [Property] = []
        var key: String?
        var lastText: String?
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let end = endOfText(bytes, from: index + 1)
                let text = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
                if let name = key { properties.append(Property(key: name, value: text)) }
                key = nil
                lastText = text
                index = end + 1
            case UInt8(ascii: ":"):
                key = lastText
                index += 1
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                let end = bytes[index...].firstIndex { !isLetter($0) } ?? bytes.count
                let word = String(decoding: bytes[index..<end], as: UTF8.self)
                let value = word == "true" ? "on" : word == "false" ? "off" : word
                if let name = key { properties.append(Property(key: name, value: value)) }
                key = nil
                index = end
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ","):
                key = nil
                index += 1
            default:
                index += 1
            }
        }
        return properties
    }

    /// Where the text that starts at `start` ends: at its closing quote, or at the end of all.
    private static func endOfText(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index, bytes.count)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}

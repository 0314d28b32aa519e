/// What one line of a section-config file is, before anybody asks what it means.
///
/// Blanks are the bytes that Perl's `\s` matches in a byte string, because Proxmox reads these
/// files with regular expressions (pve-common SectionConfig.pm `parse_config`).
enum SectionLine {
    case empty
    /// Only blanks. For Proxmox not the same as empty: it does not end a section.
    case blank
    /// The one character `0`, which is false in Perl and ends a section as an empty line does.
    case zero
    case comment
    case header(type: Range<Int>, id: Range<Int>)
    case property(key: Range<Int>, value: Range<Int>?)
    case other

    /// Which colon ends the type of a header that has several.
    enum TypeEnd {
        /// Ours: a type has no colon, an ID may (`firmware:local:efi-firmware/a.fd`).
        case firstColon
        /// Proxmox's: its `^(\S+):\s*(\S+)\s*$` takes as much as it can for the type.
        case lastColon
    }

    @inline(__always)
    init(_ line: Range<Int>, of bytes: Span<UInt8>, typeEnd: TypeEnd) {
        guard !line.isEmpty else {
            self = .empty
            return
        }
        let start = endOfBlanks(bytes, line.lowerBound, line.upperBound)
        guard start < line.upperBound else {
            self = .blank
            return
        }
        var end = line.upperBound
        while isBlank(bytes[end - 1]) { end -= 1 }

        if bytes[start] == UInt8(ascii: "#") {
            self = .comment
        } else if start > line.lowerBound {
            let keyEnd = endOfWord(bytes, start, end)
            let valueStart = endOfBlanks(bytes, keyEnd, end)
            self = .property(
                key: start..<keyEnd,
                value: valueStart < end ? valueStart..<end : nil,
            )
        } else if line.count == 1, bytes[start] == UInt8(ascii: "0") {
            self = .zero
        } else {
            self = Self.header(start..<end, of: bytes, typeEnd: typeEnd) ?? .other
        }
    }

    /// - Parameter line: without blanks at either end, not empty.
    @inline(__always)
    private static func header(
        _ line: Range<Int>,
        of bytes: Span<UInt8>,
        typeEnd: TypeEnd,
    ) -> SectionLine? {
        let colon = UInt8(ascii: ":")
        let wordEnd = endOfWord(bytes, line.lowerBound, line.upperBound)
        let typeEnd: Int? =
            switch typeEnd {
            case .firstColon: (line.lowerBound..<wordEnd).first { bytes[$0] == colon }
            case .lastColon where wordEnd < line.upperBound:
                bytes[wordEnd - 1] == colon ? wordEnd - 1 : nil
            // One word: the last colon that leaves something for the ID.
            case .lastColon: (line.lowerBound..<wordEnd - 1).last { bytes[$0] == colon }
            }
        guard let typeEnd, typeEnd > line.lowerBound else { return nil }
        let idStart = endOfBlanks(bytes, typeEnd + 1, line.upperBound)
        guard idStart < line.upperBound,
            endOfWord(bytes, idStart, line.upperBound) == line.upperBound
        else { return nil }
        return .header(type: line.lowerBound..<typeEnd, id: idStart..<line.upperBound)
    }
}

/// Space, tab, vertical tab, form feed, carriage return; a line never contains a line feed.
@inline(__always)
func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
}

@inline(__always)
private func endOfBlanks(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    while index < end, isBlank(bytes[index]) { index += 1 }
    return index
}

@inline(__always)
private func endOfWord(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    while index < end, !isBlank(bytes[index]) { index += 1 }
    return index
}

/// Walks over the lines of a file; a last line without a line feed counts.
struct LineCursor {
    struct Line {
        /// Without the line feed.
        let range: Range<Int>
        /// Counted from 1.
        let number: Int
        /// Only printable ASCII and tabs: this is true for almost every line, and then its bytes
        /// need no other check.
        let isPlain: Bool
        /// Where the last tab is; `nil` if there is none.
        let lastTab: Int?
    }

    private var position: Int
    private var number: Int
    private let end: Int

    /// - Parameters:
    ///   - range: whole lines of the file.
    ///   - number: of the line that `range` begins with.
    init(_ range: Range<Int>, number: Int = 1) {
        position = range.lowerBound
        end = range.upperBound
        self.number = number
    }

    @inline(__always)
    mutating func next(in bytes: Span<UInt8>) -> Line? {
        guard position < end else { return nil }
        let start = position
        var isPlain = true
        var lastTab: Int?
        while position < end, bytes[position] != UInt8(ascii: "\n") {
            if bytes[position] == UInt8(ascii: "\t") {
                lastTab = position
            } else if !(0x20...0x7E).contains(bytes[position]) {
                isPlain = false
            }
            position += 1
        }
        defer {
            position += 1
            number += 1
        }
        return Line(range: start..<position, number: number, isPlain: isPlain, lastTab: lastTab)
    }
}

/// Who built an image, and when: texts that the distribution set, kept by the driver that shows
/// them to the guest as its BIOS.
package struct BuildIdentity: Hashable, Sendable {
    /// `Debian distribution of EDK II`
    package let vendor: String?
    /// `2025.02-8+deb13u1`
    package let version: String?
    /// `11/08/2025`
    package let releaseDate: String?

    /// edk2's SmbiosPlatformDxe holds date, version and vendor one after the other; BdsDxe holds the
    /// vendor alone, whole and clean.
    init(of volumes: [UnpackedVolume], in bytes: Span<UInt8>) {
        let modules = volumes.flatMap(\.modules)
        func texts(_ name: String) -> [String] {
            guard let module = modules.first(where: { $0.name == name }) else { return [] }
            return Self.texts(in: module.body, of: bytes)
        }
        let bios = texts("SmbiosPlatformDxe")
        let date = bios.lastIndex(where: Self.isDate)
        let version = date.flatMap { date in bios[date...].dropFirst().first }
        releaseDate = date.map { bios[$0] }
        self.version = version
        vendor = texts("BdsDxe").first { text in
            text.hasSuffix("EDK II") || (version != nil && bios.contains { $0.hasSuffix(text) })
        }
    }

    /// MM/DD/YYYY
    private static func isDate(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [2, 2, 4]
            && parts.allSatisfy { $0.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }
    }

    /// The runs of four or more printable ASCII characters in UTF-16 that end in a NUL.
    private static func texts(in range: Range<Int>, of bytes: Span<UInt8>) -> [String] {
        var texts: [String] = []
        var text = ""
        for offset in stride(from: range.lowerBound, to: range.upperBound - 1, by: 2) {
            let unit = bytes.uint16(at: offset) ?? 0
            if (0x20..<0x7F).contains(unit) {
                text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
                continue
            }
            if unit == 0, text.utf8.count >= 4 { texts.append(text) }
            text = ""
        }
        return texts
    }
}

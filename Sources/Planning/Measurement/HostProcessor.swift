/// The processor of this host, as `/proc/cpuinfo` tells of it.
package struct HostProcessor: Hashable, Sendable {
    /// `AuthenticAMD`
    package let vendor: String
    package let signature: CPUSignature

    /// - Parameter text: of `/proc/cpuinfo`; the first CPU counts.
    package init?(cpuinfo text: [UInt8]) {
        var values: [String: String] = [:]
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard !line.isEmpty else { break }
            let pair = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard pair.count == 2 else { continue }
            values[Self.trimmed(pair[0])] = Self.trimmed(pair[1])
        }
        guard let vendor = values["vendor_id"],
            let family = values["cpu family"].flatMap({ Int($0) }),
            let model = values["model"].flatMap({ Int($0) }),
            let stepping = values["stepping"].flatMap({ Int($0) }),
            let signature = CPUSignature(family: family, model: model, stepping: stepping)
        else { return nil }
        self.vendor = vendor
        self.signature = signature
    }

    /// Whether it is of the vendors whose processors have SEV.
    package var canHaveSEV: Bool { vendor == "AuthenticAMD" || vendor == "HygonGenuine" }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

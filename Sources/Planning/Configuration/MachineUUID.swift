/// The UUID of a VM, as `-uuid` and `-smbios type=1,uuid=` give it.
package struct MachineUUID: Hashable, Sendable, CustomStringConvertible {
    /// 36 characters, in lower case.
    package let text: String

    /// - Returns: `nil` where the bytes are not hexadecimal digits in groups of 8, 4, 4, 4 and 12
    ///   with hyphens between.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            switch index {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
            default: guard hexValue(byte) != nil else { return nil }
            }
        }
        text = String(decoding: bytes.map(lowercased), as: UTF8.self)
    }

    package init?(_ text: String) {
        self.init(text.utf8)
    }

    package var description: String { text }
}

/// Proxmox's number of a VM: `^[1-9][0-9]{2,8}$` (pve-common JSONSchema.pm `pve_verify_vmid`).
package struct VirtualMachineID: Hashable, Sendable, CustomStringConvertible {
    private let number: UInt32

    package init?(_ digits: some Collection<UInt8>) {
        guard (3...9).contains(digits.count), digits.first != UInt8(ascii: "0") else { return nil }
        var number: UInt32 = 0
        for digit in digits {
            guard isDigit(digit) else { return nil }
            // Nine digits are less than 2^32.
            number = number * 10 + UInt32(digit - UInt8(ascii: "0"))
        }
        self.number = number
    }

    package init?(_ text: some StringProtocol) {
        self.init(Array(text.utf8))
    }

    package var description: String { String(number) }
}

/// The UUID of a VM, as `-uuid` and `-smbios type=1,uuid=` give it.
package struct MachineUUID: Hashable, Sendable, CustomStringConvertible {
    /// 36 characters, in lower case.
    package let text: String

    /// - Returns: `nil` if the bytes are not hexadecimal digits in groups of 8, 4, 4, 4 and 12
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

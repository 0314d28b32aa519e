/// Proxmox's number of a VM: `^[1-9][0-9]{2,8}$` (pve-common JSONSchema.pm `pve_verify_vmid`).
package struct VirtualMachineID: Hashable, Sendable {
    package let number: UInt32

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
}

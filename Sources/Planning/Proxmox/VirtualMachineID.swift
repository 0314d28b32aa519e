/// Proxmox's number of a VM: `^[1-9][0-9]{2,8}$` (pve-common JSONSchema.pm `pve_verify_vmid`).
package struct VirtualMachineID: Hashable, Sendable {
    package let number: UInt32

    package init?(_ digits: some Collection<UInt8>) {
        guard (3...9).contains(digits.count), digits.allSatisfy(isDigit),
            digits.first != UInt8(ascii: "0")
        else { return nil }
        // Nine digits are less than 2^32.
        number = digits.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
    }

    package init?(_ text: some StringProtocol) {
        self.init(Array(text.utf8))
    }
}

/// Proxmox's rule for node names: `^[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?$`
/// (pve-common JSONSchema.pm `pve_verify_node_name`).
func isNodeName(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    let isInner = text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    return isInner && first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
}

/// Splits a list as Proxmox does (pve-common ParseUtils.pm `split_list`): at commas, semicolons
/// and blanks, with nothing between two of them meaning nothing.
func listItems(_ text: String) -> [String] {
    text.utf8.split { byte in
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0 || isBlank(byte)
    }.map { String(Substring($0)) }
}

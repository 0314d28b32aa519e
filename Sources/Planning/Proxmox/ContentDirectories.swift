/// Where below its path a storage keeps each kind of content, as far as `content-dirs` says.
package struct ContentDirectories: Hashable, Sendable {
    /// Relative and `/`-separated, without `.` and `..`, by content type.
    private var overrides: [String: String] = [:]

    package static let standard = ContentDirectories()

    private init() {}

    /// Reads `content-dirs`: items `TYPE=DIRECTORY`.
    ///
    /// Proxmox's own rule takes letters only for TYPE (pve-storage Plugin.pm
    /// `verify_dir_override`), so that it drops a whole list with `efi-firmware=` in it, and says
    /// so in its log. We take it: upstream has to learn the hyphen with the content type, and
    /// launcher.conf is ours. For the rest the rule is Proxmox's: no two dots in a row, no dot
    /// last, less than 1023 bytes, each component less than 255; and none may be `.`.
    ///
    /// - Parameter allowsLeadingSlash: Proxmox puts the directory below the path all the same.
    /// - Returns: `nil` where one of the items breaks the rule.
    package init?(parsing text: String, allowsLeadingSlash: Bool) {
        for item in listItems(text) {
            guard let equals = item.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let type = item[..<equals]
            let directory = item[item.utf8.index(after: equals)...]
            guard isContentType(type),
                allowsLeadingSlash || directory.utf8.first != UInt8(ascii: "/"),
                let relative = relativeDirectory(directory)
            else { return nil }
            overrides[String(type)] = relative
        }
    }

    /// The directories, relative to the storage's path, that may hold content of this kind; the
    /// first one that exists is the one.
    ///
    /// Upstream has not settled where `efi-firmware` will be: beside `template/iso`, where Proxmox
    /// keeps what administrators upload, or in a directory of its name, as the newer `import` has.
    /// Nothing else in the launcher knows these names.
    package func directories(for content: FirmwareVolume.Content) -> [String] {
        if let override = overrides[content.rawValue] { return [override] }
        return switch content {
        case .efiFirmware: ["template/efi-firmware", "efi-firmware"]
        case .snippets: ["snippets"]
        case .iso: ["template/iso"]
        }
    }

    /// Where directory storages keep the images of VMs, each VM's in a directory of its ID.
    package var images: String { overrides["images"] ?? "images" }
}

private func isContentType(_ text: Substring) -> Bool {
    text == "efi-firmware"
        || !text.isEmpty
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            }
}

/// Without doubled slashes and such at either end; `nil` where the rule is broken.
private func relativeDirectory(_ text: Substring) -> String? {
    let dot = UInt8(ascii: ".")
    guard text.utf8.count < 1023, text.utf8.last != dot,
        !zip(text.utf8, text.utf8.dropFirst()).contains(where: { $0 == dot && $1 == dot })
    else { return nil }
    let components = text.utf8.split(separator: UInt8(ascii: "/"))
    guard !components.isEmpty,
        components.allSatisfy({ $0.count < 255 && !$0.elementsEqual([dot]) })
    else { return nil }
    return components.map { String(Substring($0)) }.joined(separator: "/")
}

/// Splits a list as Proxmox does (pve-common ParseUtils.pm `split_list`): at commas, semicolons
/// and blanks, with nothing between two of them meaning nothing.
func listItems(_ text: String) -> [String] {
    text.utf8.split { byte in
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0 || isBlank(byte)
    }.map { String(Substring($0)) }
}

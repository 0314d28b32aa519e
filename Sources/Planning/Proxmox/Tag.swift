/// A tag of a VM, by Proxmox's rule: `^[a-z0-9_][a-z0-9_\-\+\.]*$` in either case (pve-common
/// JSONSchema.pm `pve_verify_tag`).
///
/// Proxmox writes tags in lower case, unless datacenter.cfg says `case-sensitive=1`. Here case makes
/// no difference: two spellings of one word never mean two images.
package struct Tag: Hashable, Sendable, CustomStringConvertible {
    /// In lower case.
    package let text: String

    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8.map(lowercased)
        guard let first = bytes.first, isWord(first),
            bytes.allSatisfy({ isWord($0) || "-+.".utf8.contains($0) })
        else { return nil }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    package var description: String { text }
}

private func isWord(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || byte == UInt8(ascii: "_") }

extension GuestConfiguration.Settings {
    /// The VM's tags, each once. Proxmox splits them at commas, semicolons and blanks, and ignores
    /// all of them if one is no tag (qemu-server QemuServer.pm `parse_vm_config`).
    ///
    /// - Throws: in that case: what such a VM asks for is not known.
    package func tags() throws(TagError) -> [Tag] {
        guard let value = values["tags"] else { return [] }
        var tags: [Tag] = []
        for item in listItems(String(decoding: value.text.bytes, as: UTF8.self)) {
            guard let tag = Tag(item) else { throw TagError(found: item, line: value.line) }
            if !tags.contains(tag) { tags.append(tag) }
        }
        return tags
    }

    /// Where the tags are, for messages.
    package var lineOfTags: Int? { values["tags"]?.line }
}

/// Something among a VM's tags that is no tag.
package struct TagError: Failure {
    package let found: String
    /// Of the VM's configuration.
    package let line: Int

    package var message: String {
        "line \(line): tags: not a tag (expected letters, digits, '-', '_', '+' and '.', found"
            + " \(excerpt(ByteString(found))))"
    }

    package var hint: String? {
        "Proxmox ignores all tags of this VM; set them again ('qm set VMID --tags …')"
    }

    package var exitStatus: ExitStatus { .configuration }
}

import SystemPackage

/// Changes settings of launcher.conf, and not one other byte of it: comments, blank lines and the
/// order of everything stay as somebody wrote them.
package struct SectionEdit: Sendable {
    /// The file as it is now.
    package private(set) var bytes: [UInt8]
    private let file: String
    private var launcher: LauncherConfiguration

    /// - Parameter bytes: of the file as it is; empty if there is none yet.
    /// - Throws: if the launcher would not accept the file.
    package init(_ bytes: [UInt8], file: String) throws(ConfigurationError) {
        launcher = try LauncherConfiguration(parsing: bytes, file: file)
        self.bytes = bytes
        self.file = file
    }

    /// Gives a key this value: where it stands, else as the last setting of its section, else in a
    /// new section at the end. Of a key that is there several times, one is left.
    ///
    /// - Parameter value: one line of text; `nil` for a key that stands alone.
    /// - Throws: if the launcher would not accept the file with it. Nothing is changed then.
    package mutating func set(
        _ key: String,
        to value: String?,
        in type: String,
        _ id: String,
    ) throws(ConfigurationError) {
        for word in [key, value ?? "", type, id] { try requireOneLine(word) }
        // Anything else might be a comment, and be written without a meaning.
        guard !key.isEmpty, key.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: "-") })
        else { throw wrong(key, "a key of letters, digits and '-'") }
        let setting = value.map { "\(key) \($0)" } ?? key
        guard let section = section(type, id) else {
            let added = text.gapBeforeNewSection + "\(type): \(id)\n\t\(setting)\n"
            return try accept(bytes + Array(added.utf8))
        }
        let found = properties(key, of: section)
        var edited = bytes
        for extra in found.dropFirst().reversed() { edited.removeSubrange(text.line(of: extra)) }
        if let first = found.first {
            edited.replaceSubrange(first.key.lowerBound..<first.end, with: setting.utf8)
        } else {
            let end = text.endOfLine(text.end(of: section))
            let line = text.lineFeed(before: end) + "\t\(setting)\n"
            edited.insert(contentsOf: line.utf8, at: end)
        }
        try accept(edited)
    }

    /// Takes a key out, and its section with it if nothing is left there, not even a comment.
    ///
    /// - Returns: whether there was such a key.
    package mutating func unset(
        _ key: String,
        in type: String,
        _ id: String,
    ) throws(ConfigurationError) -> Bool {
        guard let section = section(type, id) else { return false }
        let found = properties(key, of: section)
        guard !found.isEmpty else { return false }
        guard
            text.properties(of: section).count > found.count || hasComment(section)
        else {
            try accept(text.bytes(without: section))
            return true
        }
        var edited = bytes
        for property in found.reversed() { edited.removeSubrange(text.line(of: property)) }
        try accept(edited)
        return true
    }

    /// The values of a key, in order; a key that stands alone has none.
    package func values(_ key: String, in type: String, _ id: String) -> [String] {
        guard let section = section(type, id) else { return [] }
        return properties(key, of: section).compactMap { property in
            property.value.map { text.text($0) }
        }
    }

    /// What this file says, for questions.
    package var configuration: LauncherConfiguration { launcher }

    /// Where it says so.
    private var text: SectionConfiguration { launcher.configuration }

    private func section(_ type: String, _ id: String) -> SectionConfiguration.Section? {
        let wanted = Array(id.utf8)[...]
        return text.sections.first {
            text.matches($0.type, Array(type.utf8)) && isSame(text.bytes[$0.id], wanted, in: type)
        }
    }

    /// Whether two IDs are of the same thing: a UUID and a path can be written in several ways.
    private func isSame(
        _ one: ArraySlice<UInt8>,
        _ other: ArraySlice<UInt8>,
        in type: String
    ) -> Bool {
        switch type {
        case "vm":
            guard let one = VirtualMachineSection.Subject(one) else { return false }
            return one == VirtualMachineSection.Subject(other)
        case "firmware" where one.first == UInt8(ascii: "/") && other.first == UInt8(ascii: "/"):
            return FilePath(String(decoding: one, as: UTF8.self))
                == FilePath(String(decoding: other, as: UTF8.self))
        default: return one == other
        }
    }

    private func properties(
        _ key: String,
        of section: SectionConfiguration.Section,
    ) -> [SectionConfiguration.Property] {
        text.properties(of: section).filter { text.matches($0.key, Array(key.utf8)) }
    }

    private func hasComment(_ section: SectionConfiguration.Section) -> Bool {
        bytes[section.id.upperBound..<text.end(of: section)].contains(UInt8(ascii: "#"))
    }

    /// What has lines of its own would become other settings, or other sections.
    private func requireOneLine(_ text: String) throws(ConfigurationError) {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return }
        throw wrong(text, "one line of text")
    }

    private func wrong(_ text: String, _ expected: String) -> ConfigurationError {
        ConfigurationError(
            file: file,
            line: 1,
            section: "",
            cause: .wrongValue(key: "setting", found: ByteString(text), expected: expected),
        )
    }

    /// What cannot be read back is not taken.
    private mutating func accept(_ edited: [UInt8]) throws(ConfigurationError) {
        launcher = try LauncherConfiguration(parsing: edited, file: file)
        _ = try launcher.virtualMachines()
        bytes = edited
    }
}

/// Where things are in the text of the file, for edits.
extension SectionConfiguration {
    /// After the line feed of the line that contains `index`, or at the end of the file.
    func endOfLine(_ index: Int) -> Int {
        bytes[index...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    }

    /// The whole line of a setting.
    func line(of property: Property) -> Range<Int> {
        let start = bytes[..<property.key.lowerBound].lastIndex(of: UInt8(ascii: "\n"))
        return (start.map { $0 + 1 } ?? 0)..<endOfLine(property.end)
    }

    /// Where the last setting of a section ends, or its header.
    func end(of section: Section) -> Int {
        properties(of: section).last?.end ?? section.id.upperBound
    }

    /// Without the section and one of the empty lines around it.
    func bytes(without section: Section) -> [UInt8] {
        var end = endOfLine(end(of: section))
        if end < bytes.count, bytes[end] == UInt8(ascii: "\n") { end += 1 }
        return Array(bytes[..<section.type.lowerBound] + bytes[end...])
    }

    /// The line feed that the line before `end` lacks, if it is the file's last.
    func lineFeed(before end: Int) -> String {
        end > 0 && bytes[end - 1] == UInt8(ascii: "\n") ? "" : "\n"
    }

    /// What keeps a new section at the end apart from what is before it.
    var gapBeforeNewSection: String {
        if bytes.isEmpty { return "" }
        let hasEmptyLine = bytes.suffix(2).elementsEqual("\n\n".utf8)
        return lineFeed(before: bytes.count) + (hasEmptyLine ? "" : "\n")
    }
}

extension SectionConfiguration.Property {
    /// After its last byte.
    var end: Int { value?.upperBound ?? key.upperBound }
}

/// A new image in the place of an old one, in launcher.conf: the sections that name the old one, and
/// the tag by which it is offered.
package struct FirmwareReplacement: Hashable, Sendable {
    package let old: FirmwareVolumeID
    package let new: FirmwareVolumeID

    package init(_ old: FirmwareVolumeID, by new: FirmwareVolumeID) {
        self.old = old
        self.new = new
    }

    /// What a replacement changes: what it may change back.
    package struct Changes: Codable, Hashable, Sendable {
        /// IDs of the `vm:` sections that named the old image.
        package var sections: [String]
        /// The tag by which the old image was offered.
        package var tag: String?
        /// Whether it was the image of VMs that ask for none (`default-firmware`).
        package var isDefault: Bool

        package init(sections: [String] = [], tag: String? = nil, isDefault: Bool = false) {
            self.sections = sections
            self.tag = tag
            self.isDefault = isDefault
        }

        /// What is changed, by the names of messages.
        package var names: [String] {
            sections.map { "vm \($0)" } + (tag.map { ["tag \($0)"] } ?? [])
                + (isDefault ? ["default-firmware"] : [])
        }
    }

    /// What ``apply(to:)`` will change.
    ///
    /// - Throws: nothing but what is wrong with the file.
    /// - Returns: `nil` if the new image is offered by a tag of its own, which would be lost.
    package func changes(in edit: SectionEdit) throws(ConfigurationError) -> Changes? {
        let tag = self.tag(of: old, in: edit)
        if let tag, let other = self.tag(of: new, in: edit), other != tag { return nil }
        return Changes(
            sections: try sections(naming: old, in: edit),
            tag: tag,
            isDefault: isDefault(old, in: edit),
        )
    }

    /// Points everything at the new image, which is pinned in the file already. What the pin of the
    /// old one allows and accepts, the new one's does as well.
    package func apply(
        _ changes: Changes,
        to edit: inout SectionEdit,
    ) throws(ConfigurationError) {
        for key in ["guest", "accept", "comment"] {
            let values = edit.values(key, in: "firmware", old.description)
            guard !values.isEmpty,
                edit.values(key, in: "firmware", new.description).isEmpty
            else { continue }
            let separator = key == "comment" ? " " : ","
            let value = values.joined(separator: separator)
            try edit.set(key, to: value, in: "firmware", new.description)
        }
        if let tag = changes.tag { try moveTag(tag, from: old, to: new, in: &edit) }
        if changes.isDefault { try makeDefault(new, in: &edit) }
        try point(changes.sections, at: new, in: &edit)
    }

    /// Points back what still is as ``apply(_:to:)`` left it.
    ///
    /// - Returns: what was changed.
    package func takeBack(
        _ changes: Changes,
        in edit: inout SectionEdit,
    ) throws(ConfigurationError) -> Changes {
        var done = Changes()
        if let tag = changes.tag, self.tag(of: new, in: edit) == tag,
            self.tag(of: old, in: edit) == nil, edit.configuration.firmware(for: old) != nil
        {
            try moveTag(tag, from: new, to: old, in: &edit)
            done.tag = tag
        }
        if changes.isDefault, isDefault(new, in: edit) {
            try makeDefault(old, in: &edit)
            done.isDefault = true
        }
        done.sections = try sections(naming: new, in: edit).filter(changes.sections.contains)
        try point(done.sections, at: old, in: &edit)
        return done
    }

    private func isDefault(_ volume: FirmwareVolumeID, in edit: SectionEdit) -> Bool {
        edit.values("default-firmware", in: "launcher", "defaults") == [volume.description]
    }

    private func makeDefault(
        _ volume: FirmwareVolumeID,
        in edit: inout SectionEdit,
    ) throws(ConfigurationError) {
        try edit.set("default-firmware", to: volume.description, in: "launcher", "defaults")
    }

    private func tag(of volume: FirmwareVolumeID, in edit: SectionEdit) -> String? {
        edit.values("tag", in: "firmware", volume.description).first
    }

    private func sections(
        naming volume: FirmwareVolumeID,
        in edit: SectionEdit,
    ) throws(ConfigurationError) -> [String] {
        try edit.configuration.virtualMachines()
            .filter { $0.firmware?.value == volume }.map(\.subject.id)
    }

    private func point(
        _ sections: [String],
        at volume: FirmwareVolumeID,
        in edit: inout SectionEdit,
    ) throws(ConfigurationError) {
        for id in sections { try edit.set("firmware", to: volume.description, in: "vm", id) }
    }

    /// Only one section may offer it, at every moment.
    private func moveTag(
        _ tag: String,
        from source: FirmwareVolumeID,
        to target: FirmwareVolumeID,
        in edit: inout SectionEdit,
    ) throws(ConfigurationError) {
        guard edit.configuration.firmware(for: target) != nil else { return }
        _ = try edit.unset("tag", in: "firmware", source.description)
        try edit.set("tag", to: tag, in: "firmware", target.description)
    }
}

extension VirtualMachineSection.Subject {
    /// As the section's header has it.
    package var id: String {
        switch self {
        case .vmid(let vmid): "\(vmid)"
        case .uuid(let uuid): "\(uuid)"
        case .name(let name): String(decoding: name.bytes, as: UTF8.self)
        }
    }
}

/// The text of `args` in a VM's configuration, with another image in it.
package enum ArgsReplacement {
    /// - Parameters:
    ///   - text: asks for the old image.
    ///   - digest: of the new image, in the place of the digests that the text requires.
    /// - Returns: `nil` if the text does not ask for the old image in a way that can be changed word
    ///   for word.
    package static func text(
        _ text: ByteString,
        _ replacement: FirmwareReplacement,
        digest: Digest,
        of vmid: VirtualMachineID,
    ) -> String? {
        guard let text = text.text, let place = text.firstRange(of: replacement.old.description)
        else {
            return nil
        }
        let rest = text[place.upperBound...]
        let digests = rest.prefix { !" \t'\"".contains($0) }
        let isWhole = digests.isEmpty || digests.hasPrefix(",")
        guard isWhole else { return nil }
        let digestText = digests.isEmpty ? "" : ",\(digest.algorithm.rawValue)=\(digest.hex)"
        let edited =
            text[..<place.lowerBound] + replacement.new.description + digestText
            + rest.dropFirst(digests.count)
        // What Proxmox would make of it has to be what was meant.
        let line = Array("args: \(edited)\n".utf8)
        let settings = GuestConfiguration(parsing: line, vmid: vmid).current
        do throws(GuestConfigurationError) {
            guard let option = try settings.firmware(), option.volume == replacement.new else {
                return nil
            }
            return String(edited)
        } catch {
            return nil
        }
    }
}

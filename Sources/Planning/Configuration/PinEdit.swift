/// A remark for a section of launcher.conf: one line of text. More would be other settings, or other
/// sections.
package struct SectionComment: Hashable, Sendable {
    package let text: String

    /// - Returns: `nil` for what is empty, or has control characters.
    package init?(_ text: String) {
        let isOneLine = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard isOneLine, text.contains(where: { $0 != " " }) else { return nil }
        self.text = text
    }
}

/// Changes which digests launcher.conf requires of an image, and not one other byte of the file:
/// comments, blank lines and the order of everything stay as somebody wrote them.
package struct PinEdit: Sendable {
    private let bytes: [UInt8]
    private let file: String
    private let launcher: LauncherConfiguration

    private var configuration: SectionConfiguration { launcher.configuration }

    /// - Parameter bytes: of the file as it is; empty if there is none yet.
    /// - Throws: if the launcher would not accept the file.
    package init(_ bytes: [UInt8], file: String) throws(ConfigurationError) {
        launcher = try LauncherConfiguration(parsing: bytes, file: file)
        self.bytes = bytes
        self.file = file
    }

    /// Which digests the file pins for the image now.
    package func digests(of subject: FirmwareSection.Subject) -> [Digest] {
        launcher.firmware(for: subject)?.digests.map(\.value) ?? []
    }

    /// The file with these digests pinned: in the image's section if there is one, else in a new
    /// section at the end.
    ///
    /// - Parameter digests: at most one for each algorithm. What another algorithm has pinned
    ///   before stays.
    /// - Parameter build: of the image with these digests. `nil` if it is not known: what the section
    ///   says of another image goes.
    /// - Parameter signer: of the image with these digests. `nil` if nobody has looked: what the
    ///   section says stays, if it is about the same image.
    /// - Parameter comment: for a new section.
    package func pinning(
        _ subject: FirmwareSection.Subject,
        to digests: [Digest],
        build: FirmwareBuild?,
        signer: Signer? = nil,
        comment: SectionComment? = nil,
    ) throws(ConfigurationError) -> [UInt8] {
        guard let section = section(of: subject) else {
            return try checked(bytes + newSection(subject, digests, build, signer, comment))
        }
        var replacements: [(range: Range<Int>, text: String)] = []
        let headerEnd = configuration.endOfLine(section.id.upperBound)
        for digest in digests {
            let key = digest.algorithm.rawValue
            if let value = property(key, of: section)?.value {
                replacements.append((value, digest.hex))
            } else {
                replacements.append((headerEnd..<headerEnd, line(key, digest.hex, at: headerEnd)))
            }
        }
        let signer = signer ?? keptSigner(of: subject, with: digests)
        replacements += edits(
            of: section,
            [("build", build?.text), ("signed-by", signer?.description)],
        )
        // From the end, so that what is still to be replaced keeps its place. What is put in before
        // something that goes comes after it, or it would go too.
        var edited = bytes
        for (range, text) in replacements.enumerated().sorted(by: {
            ($0.element.range.lowerBound, $0.element.range.upperBound, $0.offset)
                > ($1.element.range.lowerBound, $1.element.range.upperBound, $1.offset)
        }).map(\.element) {
            edited.replaceSubrange(range, with: text.utf8)
        }
        return try checked(edited)
    }

    /// What the section says of the signer, if none of its digests is replaced by another one: bytes
    /// that have to match them all are the same bytes, or there are none.
    private func keptSigner(
        of subject: FirmwareSection.Subject,
        with digests: [Digest],
    ) -> Signer? {
        let pinned = self.digests(of: subject)
        let isOther = digests.contains { digest in
            pinned.contains { $0.algorithm == digest.algorithm && $0 != digest }
        }
        return isOther ? nil : launcher.firmware(for: subject)?.signer?.value
    }

    /// How the section comes to say this beside its digests, and nothing else of these keys.
    private func edits(
        of section: SectionConfiguration.Section,
        _ statements: [(key: String, text: String?)],
    ) -> [(range: Range<Int>, text: String)] {
        var edits: [(range: Range<Int>, text: String)] = []
        // After the digests that are there.
        let digests = Digest.Algorithm.allCases.compactMap {
            property($0.rawValue, of: section)?.value?.upperBound
        }
        let end = configuration.endOfLine(digests.max() ?? section.id.upperBound)
        var added = ""
        for (key, text) in statements {
            if let stated = property(key, of: section), let value = stated.value {
                edits.append(text.map { (value, $0) } ?? (configuration.line(of: stated), ""))
            } else if let text {
                added += added.isEmpty ? line(key, text, at: end) : "\t\(key) \(text)\n"
            }
        }
        if !added.isEmpty { edits.append((end..<end, added)) }
        return edits
    }

    private func property(
        _ key: String,
        of section: SectionConfiguration.Section,
    ) -> SectionConfiguration.Property? {
        configuration.properties(of: section)
            .first { configuration.matches($0.key, Array(key.utf8)) }
    }

    private func line(_ key: String, _ value: String, at end: Int) -> String {
        configuration.lineFeed(before: end) + "\t\(key) \(value)\n"
    }

    /// The file without the image's section, and without one of the empty lines around it.
    ///
    /// - Returns: `nil` if there is no such section.
    package func unpinning(
        _ subject: FirmwareSection.Subject
    ) throws(ConfigurationError) -> [UInt8]? {
        guard let section = section(of: subject) else { return nil }
        return try checked(configuration.bytes(without: section))
    }

    private func section(
        of subject: FirmwareSection.Subject
    ) -> SectionConfiguration.Section? {
        let line = launcher.firmware(for: subject)?.line
        return configuration.sections.first { $0.line == line }
    }

    private func newSection(
        _ subject: FirmwareSection.Subject,
        _ digests: [Digest],
        _ build: FirmwareBuild?,
        _ signer: Signer?,
        _ comment: SectionComment?,
    ) -> [UInt8] {
        let section = Self.section(
            subject,
            digests,
            build: build,
            signer: signer,
            comment: comment,
        )
        return Array((configuration.gapBeforeNewSection + section).utf8)
    }

    /// A section in the form that people can copy.
    package static func section(
        _ subject: FirmwareSection.Subject,
        _ digests: [Digest],
        build: FirmwareBuild? = nil,
        signer: Signer? = nil,
        comment: SectionComment? = nil,
    ) -> String {
        var lines = ["firmware: \(subject)"]
        lines += digests.map { "\t\($0.algorithm.rawValue) \($0.hex)" }
        if let build { lines.append("\tbuild \(build.text)") }
        if let signer { lines.append("\tsigned-by \(signer)") }
        if let comment { lines.append("\tcomment \(comment.text)") }
        return lines.map { $0 + "\n" }.joined()
    }

    /// What cannot be read back is not written.
    private func checked(_ edited: [UInt8]) throws(ConfigurationError) -> [UInt8] {
        _ = try LauncherConfiguration(parsing: edited, file: file)
        return edited
    }
}

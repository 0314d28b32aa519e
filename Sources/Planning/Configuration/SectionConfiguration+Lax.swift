extension SectionConfiguration {
    /// Reads a file exactly as Proxmox reads storage.cfg (pve-common SectionConfig.pm
    /// `parse_config`), its surprises included, so that both see the same storages:
    ///
    /// - a section ends only at an empty line, a line `0` or the end of the file; a header before
    ///   that is ignored, and the settings below it fall to the section above;
    /// - a line of blanks, or what is left of an empty line with CRLF, ends nothing;
    /// - a line that is neither header, setting nor comment is ignored.
    ///
    /// What is ignored is in ``warnings``. Which types, keys and values are good is the caller's
    /// business, and so are duplicates: all of them are in ``sections``, in order.
    package init(lax bytes: [UInt8], file: String) {
        self.init(empty: bytes, file: file)
        let content = bytes.span
        var lines = LineCursor(bytes.indices)
        var isInSection = false
        while let line = lines.next(in: content) {
            let kind = SectionLine(line.range, of: content, typeEnd: .lastColon)
            switch (kind, isInSection) {
            case (.comment, _): break
            case (.empty, _), (.zero, _): isInSection = false
            case (.property, true): add(line)
            case (.header(let type, let id), false):
                open(type: type, id: id, line)
                isInSection = true
            case (.header, true):
                warn(.swallowedHeader(ByteString(bytes[line.range])), line, isInSection)
            case (.blank, _), (.other, _), (.property, false):
                warn(.ignoredLine(ByteString(bytes[line.range])), line, isInSection)
            }
        }
    }

    private mutating func warn(
        _ cause: ConfigurationWarning.Cause,
        _ line: LineCursor.Line,
        _ isInSection: Bool,
    ) {
        warnings.append(
            ConfigurationWarning(
                file: file,
                line: line.number,
                section: isInSection ? sections.last.map { bytes($0.id) } : nil,
                cause: cause,
            )
        )
    }
}

/// How other arguments can refer to the code image.
package struct CodeImageIdentity: Equatable, Sendable {
    /// The ids of its flash drive, and of a drive that `-machine pflash0=` names.
    package let drives: Set<ByteString>

    package init(drives: Set<ByteString>) {
        self.drives = drives
    }

    package init(_ attached: AttachedFirmware) {
        let names = [attached.codeDrive?.identifier, attached.codeNode?.value]
        self.init(drives: Set(names.compactMap(\.self)))
    }
}

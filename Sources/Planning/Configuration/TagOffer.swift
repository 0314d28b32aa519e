/// An image that a VM asks for by one of its tags: a `firmware:` section offers it to every VM with
/// that tag. Root decides which images there are, and whoever may set a VM's tags chooses.
package struct TagOffer: Hashable, Sendable {
    package let tag: Tag
    package let volume: FirmwareVolumeID
    /// The setting that offers it: a line of launcher.conf.
    package let place: String

    /// Where the choice was made.
    ///
    /// - Parameter file: the VM's configuration; `nil` if that is clear.
    package func origin(in file: String? = nil) -> String {
        let source = file.map { " of \($0)" } ?? ""
        return "tag \(quoted(tag.text))\(source) (\(place))"
    }

    package var message: String { "\(volume), chosen by \(origin())" }
}

extension LauncherConfiguration {
    /// Whether a VM can ask for firmware by its tags.
    package var offersByTag: Bool { firmware.contains { $0.tag != nil } }

    /// What a VM with these settings asks for by its tags; `nil` if that is nothing.
    ///
    /// - Parameter file: that has the settings, for messages; `nil` if that is clear.
    package func offer(
        to settings: GuestConfiguration.Settings,
        in file: String? = nil,
    ) throws(TagOfferError) -> TagOffer? {
        guard offersByTag else { return nil }
        let tags: [Tag]
        do { tags = try settings.tags() } catch { throw .tags(error, file: file) }
        let offers = firmware.compactMap { section in
            tags.contains { $0 == section.tag?.value } ? offer(of: section) : nil
        }
        guard offers.count < 2 else { throw .several(offers, file: file) }
        return offers.first
    }

    private func offer(of section: FirmwareSection) -> TagOffer? {
        guard let tag = section.tag, case .volume(let volume) = section.subject else { return nil }
        let place = tag.line.map { "\(file) line \($0)" } ?? file
        return TagOffer(tag: tag.value, volume: volume, place: place)
    }
}

/// Why it is not known which image a VM asks for by its tags.
package enum TagOfferError: Failure {
    case tags(TagError, file: String?)
    case several([TagOffer], file: String?)

    package var message: String {
        switch self {
        case .tags(let error, let file): (file.map { "\($0) " } ?? "") + error.message
        case .several(let offers, let file):
            (file.map { "\($0): " } ?? "") + "the tags ask for several images: "
                + offers.map { "\(quoted($0.tag.text)) for \($0.volume) (\($0.place))" }
                .joined(separator: ", ")
        }
    }

    package var hint: String? {
        switch self {
        case .tags(let error, _): error.hint
        case .several: "leave the VM one of these tags"
        }
    }

    package var exitStatus: ExitStatus { .configuration }
}

package import SystemPackage

/// Which image this VM asked for, and which digests it must have.
package struct FirmwareChoice: Equatable, Sendable {
    package enum Image: Equatable, Sendable {
        /// A firmware image that the command line or a `vm:` section names.
        case volume(FirmwareVolumeID)
        /// Stock firmware that the command line attaches, by its path; only if the configuration
        /// says `stock-firmware verify`.
        case stock(FilePath)
    }

    package let image: Image
    /// Empty if nobody pinned the image: it is then refused, but only once its digest is known,
    /// so that the message can show it.
    package let pins: [ImageRequest.Pin]
    /// What the pin says of the build; it has to match too, so it is about these bytes.
    package let build: ImageRequest.StatedBuild?
    /// Who signed the image, as the pin says, for people.
    package let signer: StatedSigner?
    /// The guest kinds that the pin allows; `nil` for all.
    package let guests: [GuestKind]?
    /// The warnings about the image that its pin accepts by their codes.
    package let accepted: Set<ImageWarning.Code>
    /// Where the choice was made, for people: `option -efi-firmware`, or a line of a file.
    package let origin: String

    /// How messages and records name the image.
    package var name: String {
        switch image {
        case .volume(let volume): volume.description
        case .stock(let path): path.string
        }
    }

    /// What messages call the image before they quote its name.
    package var noun: String {
        switch image {
        case .volume: "firmware image"
        case .stock: "stock firmware"
        }
    }
}

extension FirmwareChoice {
    /// What the VM asks for: `nil` if it starts with whatever its command line attaches.
    package init?(_ request: LaunchRequest, settings: LaunchSettings) throws(LaunchFailure) {
        let option = request.firmware
        let named = try failing { [wishes = try settings.wishes()] () throws(PlanningError) in
            try FirmwareWish.agreed(
                (option.map { [FirmwareWish($0.volume, origin: "option -efi-firmware")] } ?? [])
                    + wishes
            )
        }
        let asked = if let named { named } else { try settings.defaultWish(of: request) }
        guard let asked else {
            guard request.efiDisk == nil else {
                throw LaunchFailure(LauncherOptionError.variableStoreWithoutFirmware)
            }
            return nil
        }
        let pins = (option?.digests ?? []).map {
            ImageRequest.Pin(digest: $0, origin: asked.origin)
        }
        try self.init(asked.volume, pins: pins, origin: asked.origin, settings)
    }

    private init(
        _ volume: FirmwareVolumeID,
        pins: [ImageRequest.Pin],
        origin: String,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) {
        let section = settings.configuration.firmware(for: volume)
        let configured = section?.pins(file: settings.configuration.file) ?? []
        for one in pins {
            for other in configured
            where one.digest.algorithm == other.digest.algorithm && one.digest != other.digest {
                throw LaunchFailure(
                    PlanningError.pinsDiffer(volume: volume, one: one, other: other)
                )
            }
        }
        image = .volume(volume)
        self.pins = pins + configured
        build = section?.statedBuild(file: settings.configuration.file)
        signer = section?.statedSigner(file: settings.configuration.file)
        guests = section?.guests?.value
        accepted = Set(section?.accepted.map(\.value) ?? [])
        self.origin = origin
    }

    /// Stock firmware to verify: what the command line attaches, by the path it is pinned with.
    package init(stock path: FilePath, settings: LaunchSettings) {
        let section = settings.configuration.firmware(for: path)
        image = .stock(path)
        pins = section?.pins(file: settings.configuration.file) ?? []
        build = section?.statedBuild(file: settings.configuration.file)
        signer = section?.statedSigner(file: settings.configuration.file)
        guests = section?.guests?.value
        accepted = Set(section?.accepted.map(\.value) ?? [])
        origin = settings.place(settings.configuration.stockFirmware.line)
    }
}

extension FirmwareChoice {
    /// What follows from the findings about the image.
    ///
    /// Stock firmware is only warned of: `stock-firmware verify` asks that the bytes are the pinned
    /// ones, and everything that QEMU starts without the launcher has to start with it too.
    ///
    /// - Returns: what is left to warn of after what the configuration accepts.
    /// - Throws: the first reason not to start.
    package func warnings(
        about findings: [Finding]
    ) throws(ImageUnfit) -> [LaunchWarning] {
        let label = "\(noun) \(quoted(name))"
        if case .volume = image, let refusal = findings.refusal {
            throw ImageUnfit(image: label, refusal: refusal)
        }
        return findings.filter(isWorthSaying).map { .image(label, $0) }
    }

    private func isWorthSaying(_ finding: Finding) -> Bool {
        switch finding {
        case .warning(let warning): !accepted.contains(warning.code)
        // Stock firmware may be a PC BIOS: nobody asked for another firmware.
        case .refusal(.noVolume(isLegacyBIOS: true)): false
        case .refusal: true
        }
    }
}

/// That somebody asks for an image: an option, a `vm:` section, a tag, or for a VM without any of
/// these `default-firmware`.
package struct FirmwareWish: Equatable, Sendable {
    package let volume: FirmwareVolumeID
    /// For people.
    package let origin: String

    package init(_ volume: FirmwareVolumeID, origin: String) {
        self.volume = volume
        self.origin = origin
    }

    /// The first of them; `nil` if there is none.
    ///
    /// - Throws: if another one asks for another image.
    package static func agreed(
        _ wishes: [FirmwareWish]
    ) throws(PlanningError) -> FirmwareWish? {
        guard let first = wishes.first else { return nil }
        for other in wishes where other.volume != first.volume {
            throw .volumesDiffer(one: first, other: other)
        }
        return first
    }
}

extension LaunchSettings {
    /// What the VM's section and its tags ask for.
    fileprivate func wishes() throws(LaunchFailure) -> [FirmwareWish] {
        var wishes: [FirmwareWish] = []
        if let asked = section?.firmware {
            wishes.append(FirmwareWish(asked.value, origin: place(asked.line)))
        }
        switch guest {
        case .notNeeded: break
        case .unreadable(let why): if configuration.offersByTag { throw why }
        case .read(let guest, let file):
            let offer = try failing { () throws(TagOfferError) in
                try configuration.offer(to: guest.current, in: file)
            }
            guard let offer else { break }
            let place = guest.current.lineOfTags.map { "\(file) line \($0)" } ?? file
            wishes.append(FirmwareWish(offer.volume, origin: offer.origin(in: place)))
        }
        return wishes
    }

    /// `default-firmware`, for a VM that names no image itself.
    fileprivate func defaultWish(
        of request: LaunchRequest
    ) throws(LaunchFailure) -> FirmwareWish? {
        guard let asked = configuration.defaultFirmware(for: section) else { return nil }
        let attached = try failing { () throws(AttachmentError) in
            try AttachedFirmware(
                request.commandLine,
                machine: MachineOptions(request.commandLine),
            )
        }
        guard attached.isUEFI else { return nil }
        return FirmwareWish(asked.value, origin: place(asked.line))
    }
}

/// Why a guest cannot start with the image that it asked for: the image by its name, and what its
/// structure tells.
package struct ImageUnfit: Failure {
    /// `firmware image 'local:efi-firmware/a.fd'`
    package let image: String
    package let refusal: ImageRefusal

    package init(image: String, refusal: ImageRefusal) {
        self.image = image
        self.refusal = refusal
    }

    package var message: String { "\(image): \(refusal.message)" }
    package var hint: String? { refusal.hint }
    package var exitStatus: ExitStatus { refusal.exitStatus }
}

/// What a VM will start with.
package enum FirmwareDemand: Equatable, Sendable {
    /// Whatever its command line attaches.
    case nothing
    case image(FirmwareChoice)
    /// What its command line attaches, once it is verified. Which file that is, the host tells.
    case stock(StockImage.Reference)
}

extension Planner {
    /// Which image this VM gets in the place of its firmware.
    package static func demand(
        _ request: LaunchRequest,
        settings: LaunchSettings,
    ) throws(LaunchFailure) -> FirmwareDemand {
        if request.isQuestion { return .nothing }
        if let choice = try FirmwareChoice(request, settings: settings) { return .image(choice) }
        guard settings.configuration.stockFirmware.value == .verify else { return .nothing }
        return try StockImage.reference(in: request.commandLine).map(FirmwareDemand.stock)
            ?? .nothing
    }
}

extension FirmwareChoice {
    /// What follows from the findings about the image.
    ///
    /// Stock firmware is only warned of: `stock-firmware verify` asks that the bytes are the pinned
    /// ones, and what QEMU starts without the launcher it has to start with it too.
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
        // Stock firmware may well be a PC BIOS: nobody asked for another.
        case .refusal(.noVolume(isLegacyBIOS: true)): false
        case .refusal: true
        }
    }
}

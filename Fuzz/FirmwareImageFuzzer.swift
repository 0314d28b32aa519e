import Planning

/// Whatever the bytes are: understanding, judging, unpacking and measuring them ends without a trap.
func fuzzFirmwareImage(_ bytes: [UInt8]) {
    let count = bytes.count
    let image = FirmwareImage(bytes.span)
    let start = (try? BuildFeatures.ofUnpackedStart(image, of: bytes.span)) ?? .unknown
    _ = FirmwareFitness(of: image, features: start)
    // All of a real image's drivers would leave no time for anything else.
    if count < 64 << 10 {
        let contents = try? FirmwareContents.read(image, of: bytes.span)
        _ = FirmwareDescriptor(of: image, contents: contents, path: "image.fd").map { "\($0)" }
    }
    for guest in GuestKind.allCases {
        for attachment in [JudgementContext.Attachment.flash, .bios] {
            let context = JudgementContext(
                guest: guest,
                attachment: attachment,
                store: .init(byteCount: 131_072),
                systemManagementMode: .off,
                hasKernelHashes: count.isMultiple(of: 2),
                hasKernel: true
            )
            for finding in judge(image, features: start, in: context) {
                _ = finding.message + (finding.hint ?? "")
            }
        }
    }
}

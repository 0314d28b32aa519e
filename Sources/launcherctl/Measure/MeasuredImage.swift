import Host
import Planning
import SystemPackage

/// An image that is measured.
struct ImageBytes {
    private let name: String
    private let bytes: [UInt8]

    init(_ name: String, configuration: String?) throws(LaunchFailure) {
        let argument = try ImageArgument(name, configuration: configuration)
        self.name = argument.name
        bytes = try argument.read()
    }

    /// - Parameters:
    ///   - kind: of the guest.
    ///   - guest: finds out the rest of it.
    func digests(
        of kind: GuestKind,
        guest: () throws(LaunchFailure) -> MeasuredGuest,
    ) throws(LaunchFailure) -> [ExpectedDigest] {
        let guest = try guest()
        return try StartRefusal(about: name, bytes.span, of: kind).measuring {
            () throws(MeasurementRefusal) in
            try LaunchDigest.expected(of: guest, firmware: bytes.span)
        }
    }
}

/// The launch digest of a guest that starts with the firmware its command line attaches.
enum StockForecast {
    static func make(_ plan: LaunchPlan) throws(LaunchFailure) -> LaunchForecast {
        let commandLine = plan.commandLine
        let machine = MachineOptions(commandLine)
        let guest = try failing { () throws(GuestKindError) in
            try GuestKind(commandLine, machine: machine)
        }
        let (path, flash) = try failing { () throws(AttachmentError) in
            let attached = try AttachedFirmware(commandLine, machine: machine)
            let path = try StockImage.path(in: commandLine)
            return (path, try FlashFile(codeOf: attached, in: commandLine))
        }
        guard guest.isConfidential else { return .gap(.notConfidential) }
        let other =
            machine.last("firmware")?.quote ?? machine.last("igvm-cfg")?.quote
            ?? commandLine.all("set").first.map { commandLine.quote($0) }
        if let other { return .gap(.otherFirmware(option: other)) }
        guard let path else { return .gap(.noFirmware) }
        guard let text = path.text, flash?.isWholeFile ?? true else {
            return .gap(.flashFormat(path.escaped))
        }
        let bytes = try ImageArgument(file: FilePath(text)).read()
        let attachment: JudgementContext.Attachment = flash == nil ? .bios : .flash
        StartRefusal(about: text, bytes.span, of: guest, attachment: attachment).say()
        return LaunchForecast(of: bytes.span, guest: guest, commandLine: commandLine)
            ?? .gap(.notConfidential)
    }
}

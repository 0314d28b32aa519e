import Host
import Planning
import SystemPackage

/// The launch digest of a guest that starts with the firmware its command line attaches.
enum StockForecast {
    static func make(_ plan: LaunchPlan) throws(LaunchFailure) -> LaunchForecast {
        let commandLine = plan.commandLine
        let machine = MachineOptions(commandLine)
        let guest: GuestKind
        let path: ByteString?
        let flash: FlashFile?
        do throws(AttachmentError) {
            guest = try GuestKind(commandLine, machine: machine)
            path = try StockImage.path(in: commandLine)
            flash = try FlashFile(
                codeOf: AttachedFirmware(commandLine, machine: machine),
                in: commandLine
            )
        } catch {
            throw LaunchFailure(error)
        }
        guard guest.isConfidential else { return .unknown(.notConfidential) }
        let other =
            machine.last("firmware")?.quote ?? machine.last("igvm-cfg")?.quote
            ?? commandLine.all("set").first.map { commandLine.quote($0) }
        if let other { return .unknown(.otherFirmware(option: other)) }
        guard let path else { return .unknown(.noFirmware) }
        guard let text = path.text, flash?.isWholeFile ?? true else {
            return .unknown(.flashFormat(path.escaped))
        }
        let bytes = try ImageArgument(file: FilePath(text)).read()
        let attachment: JudgementContext.Attachment = flash == nil ? .bios : .flash
        StartDoubt(about: text, bytes.span, of: guest, attachment: attachment).say()
        return LaunchForecast(of: bytes.span, guest: guest, commandLine: commandLine)
            ?? .unknown(.notConfidential)
    }
}

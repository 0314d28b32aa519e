import Host
import Planning
import SystemPackage

/// The launch digest of a guest that starts with the firmware its command line attaches.
enum StockForecast {
    static func make(_ plan: LaunchPlan) throws(LaunchFailure) -> LaunchForecast {
        let vector = ArgumentVector(plan.arguments)
        let machine = MachineOptions(vector)
        let guest: GuestKind
        let path: ByteString?
        let flash: FlashFile?
        do throws(AttachmentError) {
            guest = try GuestKind(vector, machine: machine)
            path = try StockImage.path(in: vector)
            flash = try FlashFile(codeOf: AttachedFirmware(vector, machine: machine), in: vector)
        } catch {
            throw LaunchFailure(error)
        }
        guard guest.isConfidential else { return .unknown(.notConfidential) }
        let other =
            machine.last("firmware")?.option ?? machine.last("igvm-cfg")?.option
            ?? vector.all("set").first
        if let other { return .unknown(.otherFirmware(option: vector.quote(other))) }
        guard let path else { return .unknown(.noFirmware) }
        guard let text = path.text, flash?.isWholeFile ?? true else {
            return .unknown(.flashFormat(path.escaped))
        }
        let bytes = try ImageArgument(file: FilePath(text)).read()
        let attachment: JudgementContext.Attachment = flash == nil ? .bios : .flash
        StartDoubt(about: text, bytes.span, of: guest, attachment: attachment).say()
        return LaunchForecast(of: bytes.span, guest: guest, arguments: plan.arguments)
            ?? .unknown(.notConfidential)
    }
}

import Host
import Planning
import SystemPackage

/// The launch digest of a guest that starts with the firmware its command line attaches.
enum StockForecast {
    static func make(_ plan: LaunchPlan) throws(LaunchFailure) -> LaunchForecast {
        let vector = ArgumentVector(plan.arguments)
        let guest: GuestKind
        let path: ByteString?
        do throws(AttachmentError) {
            guest = try GuestKind(vector, machine: MachineOptions(vector))
            path = try StockImage.path(in: vector)
        } catch {
            throw LaunchFailure(error)
        }
        guard let text = path?.text else {
            return .unknown(guest.isConfidential ? .noFirmware : .notConfidential)
        }
        let bytes = try ImageArgument(file: FilePath(text)).read()
        return LaunchForecast(of: bytes.span, guest: guest, arguments: plan.arguments)
            ?? .unknown(.notConfidential)
    }
}

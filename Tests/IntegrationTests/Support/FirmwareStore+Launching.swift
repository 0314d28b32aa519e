import Foundation
import Planning

extension FirmwareStore {
    /// A call of the launcher with this store's configuration.
    ///
    /// - Parameter name: argv[0].
    func launcher(
        _ arguments: [ByteString],
        calledAs name: ByteString = "/usr/bin/kvm",
    ) -> Child.Request {
        Child.Request(
            program: Products.launcher,
            arguments: [name, "-launcher-config", ByteString(configuration)] + arguments,
        )
    }

    /// The same command line for `launcherctl plan`.
    func plan(
        _ arguments: [ByteString],
        calledAs name: ByteString = "/usr/bin/kvm",
        json: Bool = true,
    ) -> Child.Request {
        let call: [ByteString] =
            ["launcherctl", "plan"] + (json ? ["--json"] : []) + ["--", name]
        return Child.Request(
            program: Products.launcherctl,
            arguments: call + ["-launcher-config", ByteString(configuration)] + arguments,
        )
    }

    /// The option that asks for this store's image.
    static let firmware: [ByteString] = ["-efi-firmware", ByteString(volume)]
}

/// Why no policy fits both the command line and the configuration.
package enum PolicyError: Failure {
    /// An option makes QEMU start a program, and the configuration forbids that.
    case spawnDenied(option: String, value: ByteString?)

    package var message: String {
        switch self {
        case .spawnDenied(let option, let value):
            "option '-\(option)\(value.map { " \($0.escaped)" } ?? "")': QEMU would start another "
                + "program, and the configuration says spawn deny"
        }
    }

    package var hint: String? {
        switch self {
        case .spawnDenied("netdev", _), .spawnDenied("nic", _), .spawnDenied("net", _):
            "open the tap beforehand and pass fd=, or write script=no,downscript=no; or set spawn "
                + "to auto for this VM"
        case .spawnDenied:
            "set spawn to auto for this VM"
        }
    }

    package var exitStatus: ExitStatus { .configuration }
}

/// Why no policy fits both the command line and the configuration.
package enum PolicyError: Failure {
    /// An option makes QEMU start a program, and the configuration forbids that.
    case spawnDenied(option: String, value: ByteString?)
    /// passt confines itself with mounts and namespaces of its own, and ends where it may not: it
    /// inherits our filter where QEMU starts it.
    case programConfinesItself(name: String, option: String, value: ByteString?)

    package var message: String {
        switch self {
        case .spawnDenied(let option, let value):
            "option '-\(option)\(value.map { " \($0.escaped)" } ?? "")': QEMU would start another "
                + "program, and the configuration says spawn deny"
        case .programConfinesItself(let name, let option, let value):
            "option '-\(option)\(value.map { " \($0.escaped)" } ?? "")': QEMU would start \(name), "
                + "which confines itself by mounts that QEMU's filter does not let it make"
        }
    }

    package var hint: String? {
        switch self {
        case .spawnDenied("netdev", _), .spawnDenied("nic", _), .spawnDenied("net", _):
            "open the tap beforehand and pass fd=, or write script=no,downscript=no; or set spawn "
                + "to auto for this VM"
        case .programConfinesItself(let name, _, _):
            "start \(name) before QEMU and use '-netdev stream,addr.type=unix,addr.path=SOCKET'"
        case .spawnDenied:
            "set spawn to auto for this VM"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .spawnDenied: .configuration
        case .programConfinesItself: .usage
        }
    }
}

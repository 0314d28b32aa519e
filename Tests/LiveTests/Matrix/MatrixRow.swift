/// One way of running QEMU: its options, and what is done with it until it ends.
struct MatrixRow: Sendable, CustomStringConvertible {
    let name: String
    /// Split at blanks. `{folder}` is the row's own folder, `{tap}` an interface name that is free.
    let options: String
    let steps: [Step]
    /// Options of a second QEMU, where the row is about two.
    var destination: String?
    /// For launcher.conf.
    var spawn = "auto"
    /// Groups that launcher.conf adds; empty for none.
    var groups = ""
    /// What has to be on the host.
    var needs: [Requirement] = []
    /// Whether QEMU refuses something here, with or without the filter.
    var fails = false
    /// Whether it is refused where files are restricted: QMP names a file that no row is about, or
    /// somebody mounts, which nobody may under Landlock.
    var leavesRows = false

    var description: String { name }

    enum Step: Sendable {
        /// Sends a command of the monitor protocol; what follows the name are its arguments, JSON.
        case qmp(String, String = "{}")
        /// The same, to the second QEMU.
        case remote(String, String = "{}")
        /// A command line of the human monitor.
        case hmp(String)
        /// Waits until an event came.
        case event(String)
        /// Waits until a command's answer contains a text.
        case until(String, String)
        case remoteUntil(String, String)
        /// Connects to a unix socket in the folder and reads so many bytes.
        case connect(String, Int)
        case signal(Int32)
        /// Notes the content of a file in the folder, which another program may still be writing.
        case file(String)
    }

    enum Requirement: String, Sendable {
        case kvm = "/dev/kvm"
        case tap = "/dev/net/tun and root"
        case root = "root"
        case namespaces = "ip of iproute2, and root"
        case fuse = "/dev/fuse and root"
        case vhostNet = "/dev/vhost-net"
    }

    init(
        _ name: String,
        _ options: String,
        _ steps: [Step] = [],
        destination: String? = nil,
        spawn: String = "auto",
        groups: String = "",
        needs: [Requirement] = [],
        fails: Bool = false,
        leavesRows: Bool = false,
    ) {
        self.name = name
        self.options = options
        self.steps = steps
        self.destination = destination
        self.spawn = spawn
        self.groups = groups
        self.needs = needs
        self.fails = fails
        self.leavesRows = leavesRows
    }
}

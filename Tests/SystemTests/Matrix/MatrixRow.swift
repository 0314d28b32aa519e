import Foundation
import Glibc
import TestSupport

/// One way of running QEMU: its options, and what is done with it until it ends.
struct MatrixRow: Sendable, CustomStringConvertible {
    let name: String
    /// Split at blanks. `{folder}` is the row's own folder, `{tap}` an interface name that is free.
    let options: String
    let steps: [Step]
    /// Options of a second QEMU, where the row is about two.
    var destination: String?
    /// What a Linux guest does (`do=` of Scripts/lib/make-guest); `nil` where no guest runs.
    var guest: String?
    /// Programs that run beside QEMU.
    var companions: [Companion] = []
    /// Variables that QEMU gets besides its caller's.
    var environment: [String: String] = [:]
    /// What is looked at while QEMU starts, before its monitor answers.
    var early: [Step] = []
    /// For launcher.conf.
    var spawn = "auto"
    /// Groups that launcher.conf adds; empty for none.
    var groups = ""
    /// What has to be on the host.
    var needs: [Requirement] = []
    /// Whether QEMU refuses something here, with or without the filter.
    var fails = false
    /// Where files are restricted.
    var underLandlock = UnderLandlock.same

    var description: String { name }

    /// What becomes of the row under Landlock.
    enum UnderLandlock: Sendable, Equatable {
        case same
        /// QMP names a file that no rule is about, so it is refused.
        case refused
        /// Somebody mounts, which nobody may there: refused, but the same where only capabilities
        /// are taken away.
        case mounts
        /// The same but for lines that begin so.
        case sameBut([String])
    }

    /// The rows that this host has everything for.
    static let here = all.filter { $0.missing == nil }
    /// The others.
    static let leftOut = all.filter { $0.missing != nil }
    private static let host = try? MatrixHost()

    /// What this host has not.
    var missing: Requirement? {
        guard let host = Self.host else { return needs.first }
        return needs.first { !host.has($0) }
    }

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
        /// The same, after sending a text with a zero after it.
        case ask(String, String, Int)
        case signal(Int32)
        /// Notes the content of a file in the folder, which another program may still be writing.
        case file(String)
        /// Waits until a file is there, and notes its mode.
        case mode(String)
        /// Waits until the guest has done everything, and notes each line that it printed.
        case guest
        /// Runs another program of the host, its words split at blanks, and notes what it says.
        case program(String)
    }

    /// A program that runs beside QEMU: a switch, a display.
    struct Companion: Sendable {
        /// Split at blanks.
        let command: String
        /// What it makes once it is ready.
        let makes: String
    }

    enum Requirement: Sendable, Equatable, CustomStringConvertible {
        case kvm, tap, root, namespaces, fuse, vhostNet
        /// A kernel and an initial RAM disk, in the folder that LAUNCHER_GUEST names.
        case guest
        /// A graphics device that can draw.
        case renderNode
        /// An address that is not of the loopback.
        case address
        /// An absolute path.
        case program(String)
        /// A file of QEMU's folder of modules, without `.so`.
        case module(String)
        /// A property that the help of one of QEMU's devices names.
        case property(String, of: String)
        /// That QEMU's help about an option, as `-netdev help`, names a kind.
        case kind(String, of: String)

        var description: String {
            switch self {
            case .kvm: "/dev/kvm"
            case .tap: "/dev/net/tun and root"
            case .root: "root"
            case .namespaces: "ip of iproute2, and root"
            case .fuse: "/dev/fuse and root"
            case .vhostNet: "/dev/vhost-net"
            case .guest: "guest: LAUNCHER_GUEST, from Scripts/lib/make-guest"
            case .renderNode: "/dev/dri/renderD128"
            case .address: "address besides the loopback's"
            case .program(let path): path
            case .module(let name): "\(name).so of QEMU"
            case .property(let name, let device): "\(name)= of QEMU's \(device)"
            case .kind(let name, let option): "\(option) \(name) of QEMU"
            }
        }
    }

    init(
        _ name: String,
        _ options: String,
        _ steps: [Step] = [],
        destination: String? = nil,
        guest: String? = nil,
        companions: [Companion] = [],
        environment: [String: String] = [:],
        early: [Step] = [],
        spawn: String = "auto",
        groups: String = "",
        needs: [Requirement] = [],
        fails: Bool = false,
        underLandlock: UnderLandlock = .same,
    ) {
        self.name = name
        self.options = options
        self.steps = steps
        self.destination = destination
        self.guest = guest
        self.companions = companions
        self.environment = environment
        self.early = early
        self.spawn = spawn
        self.groups = groups
        self.needs = needs + (guest == nil ? [] : [.guest])
        self.fails = fails
        self.underLandlock = underLandlock
    }
}

extension MatrixRow {
    /// Those whose names contain LAUNCHER_MATRIX_ROWS, where that is set.
    static let all: [MatrixRow] = {
        let wanted = ProcessInfo.processInfo.environment["LAUNCHER_MATRIX_ROWS"]
        return every.filter { row in wanted.map { row.name.contains($0) } ?? true }
    }()

    private static let every =
        machines + disks + rings + networks + frontEnds + hotplug + later + state + guests
        + companions + ends
}

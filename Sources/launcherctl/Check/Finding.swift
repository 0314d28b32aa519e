import Host
import Planning
import SystemPackage

/// One thing that `check` looked at.
struct Finding {
    enum State: String, Comparable {
        case ok
        /// A VM may start other than somebody meant, or not at all later.
        case warning
        /// A VM does not start.
        case failure

        static func < (one: State, other: State) -> Bool { one.rank < other.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .failure: 2
            }
        }

        /// What monitoring systems make of it (the Monitoring Plugins' convention).
        var exitStatus: Int32 {
            switch self {
            case .ok: 0
            case .warning: 1
            case .failure: 2
            }
        }

        var colour: Terminal.Colour {
            switch self {
            case .ok: .green
            case .warning: .yellow
            case .failure: .red
            }
        }
    }

    /// What kind of thing it is: `configuration`, `storage`, `firmware`, `vm`, …
    let area: String
    let subject: String
    let state: State
    let message: String
    let hint: String?

    init(_ area: String, _ subject: String, _ state: State, _ message: String, hint: String? = nil)
    {
        self.area = area
        self.subject = subject
        self.state = state
        self.message = message
        self.hint = hint
    }

    init(_ area: String, _ subject: String, _ state: State, _ failure: some Failure) {
        self.init(area, subject, state, failure.message, hint: failure.hint)
    }

    /// An image that a start would refuse. Where its file system decides on owner and mode, chmod
    /// and chown are no advice.
    init(
        _ area: String,
        _ subject: String,
        _ state: State,
        _ failure: LaunchFailure,
        at root: FilePath?
    ) {
        let isAboutPermissions =
            switch (failure.cause as? VerificationError)?.cause {
            case .foreignOwner, .writableByOthers, .notReadOnly, .permissionDenied: true
            default: false
            }
        let network = isAboutPermissions ? root.flatMap { NetworkFileSystem(at: $0) } : nil
        self.init(area, subject, state, failure.message, hint: network?.advice ?? failure.hint)
    }
}

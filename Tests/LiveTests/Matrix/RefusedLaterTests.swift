import Foundation
import Host
import Planning
import Testing

/// What QMP asks of a running VM that its policy does not have: the command fails at once or goes
/// without, and the VM lives on. Nothing waits, spins or ends.
@Suite(
    .enabled(if: MatrixHost.isAvailable, "no QEMU: install qemu-system-x86, or set LAUNCHER_QEMU"),
    .serialized
)
struct RefusedLaterTests {
    struct Request: Sendable, CustomTestStringConvertible {
        let command: String
        let arguments: String
        /// What the command needs to get as far as the call that is refused.
        var options = ""
        /// The call that the filter refuses; `nil` where QEMU or the host may say no before.
        var call: Syscall?
        /// Whether the command goes without what was refused.
        var succeeds = false

        var testDescription: String { "\(command) \(arguments)" }
    }

    private static func object(_ properties: String) -> String {
        "{\(properties.replacing("'", with: "\""))}"
    }

    static let requests: [Request] = [
        Request(
            command: "netdev_add",
            arguments: object(
                "'type':'tap','id':'n','ifname':'{tap}','script':'{folder}/up','downscript':'no'"
            ),
            call: .clone
        ),
        Request(
            command: "netdev_add",
            arguments: object("'type':'bridge','id':'n','br':'none','helper':'/bin/true'"),
            call: .clone
        ),
        Request(
            command: "netdev_add",
            arguments: object(
                "'type':'l2tpv3','id':'n','src':'127.0.0.1','dst':'127.0.0.1','txsession':1"
            ),
            call: .socket
        ),
        Request(
            command: "blockdev-add",
            arguments: object(
                "'driver':'file','node-name':'d','aio':'io_uring','filename':'{folder}/raw.img'"
            ),
            call: .io_uring_setup
        ),
        Request(
            command: "block-export-add",
            arguments: object(
                "'type':'fuse','id':'e','node-name':'n','mountpoint':'{folder}/export'"
            ),
            options: "-blockdev raw,node-name=n,file.driver=file,file.filename={folder}/raw.img",
            call: .mount
        ),
        Request(
            command: "object-add",
            arguments: object(
                "'qom-type':'memory-backend-ram','id':'m','size':1048576,'host-nodes':[0],"
                    + "'policy':'bind','prealloc':true"
            ),
            call: .mbind
        ),
        Request(
            command: "object-add",
            arguments: object("'qom-type':'thread-context','id':'t','cpu-affinity':[0]"),
            call: .sched_setaffinity
        ),
        Request(
            command: "object-add",
            arguments: object("'qom-type':'secret_keyring','id':'s','serial':1"),
            call: .keyctl
        ),
        Request(
            command: "migrate-set-capabilities",
            arguments: object(
                "'capabilities':[{'capability':'background-snapshot','state':true}]"
            )
        ),
        Request(
            command: "migrate",
            arguments: object("'uri':'exec:cat >{folder}/state'"),
            call: .clone
        ),
        Request(
            command: "device_add",
            arguments: object("'driver':'virtio-net-pci','id':'v','rss':true"),
            options: "-machine pc",
            succeeds: true
        ),
    ]

    @Test(arguments: requests)
    func `a command that is refused fails, and the VM goes on`(request: Request) throws {
        // The kernel writes ten records in five seconds, and leaves out the rest.
        for attempt in 1...3 {
            let records = try run(request)
            // Whoever asks again and again fills the log.
            #expect(records.map(\.count) ?? 0 < 50)
            guard let call = request.call, let records else { return }
            if records.contains(where: { $0.number == call.rawValue }) { return }
            if attempt == 3 { Issue.record("no record of \(call): \(records)") }
            sleep(6)
        }
    }

    /// - Returns: what seccomp recorded; `nil` where the log cannot tell.
    private func run(_ request: Request) throws -> [SeccompRecord]? {
        let row = MatrixRow(
            request.testDescription,
            request.options,
            [
                .qmp(request.command, request.arguments), .qmp("query-status"), .qmp("quit"),
            ],
            spawn: "deny"
        )
        let mark = KernelLogMark()
        let run = try MatrixRun(row, on: try MatrixHost(), launcher: BuiltProgram.launcher)
        if !request.succeeds {
            #expect(run.transcript.first?.contains(": error: ") == true, "\(run.transcript)")
        }
        #expect(run.transcript.contains("query-status: ok"), "\(run.transcript)")
        #expect(run.transcript.contains("end: exit 0"), "\(run.transcript)")
        #expect(run.seconds < 10)
        return mark.all(of: run.processIDs)
    }
}

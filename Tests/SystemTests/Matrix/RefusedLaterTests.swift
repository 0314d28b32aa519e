import Foundation
import Host
import Planning
import TestSupport
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
            )
        ),
        Request(
            command: "netdev_add",
            arguments: object("'type':'bridge','id':'n','br':'none','helper':'/bin/true'")
        ),
        Request(
            command: "netdev_add",
            arguments: object(
                "'type':'l2tpv3','id':'n','src':'127.0.0.1','dst':'127.0.0.1','txsession':1"
            )
        ),
        Request(
            command: "blockdev-add",
            arguments: object(
                "'driver':'file','node-name':'d','aio':'io_uring','filename':'{folder}/raw.img'"
            )
        ),
        Request(
            command: "block-export-add",
            arguments: object(
                "'type':'fuse','id':'e','node-name':'n','mountpoint':'{folder}/export'"
            ),
            options: "-blockdev raw,node-name=n,file.driver=file,file.filename={folder}/raw.img"
        ),
        Request(
            command: "object-add",
            arguments: object(
                "'qom-type':'memory-backend-ram','id':'m','size':1048576,'host-nodes':[0],"
                    + "'policy':'bind','prealloc':true"
            )
        ),
        Request(
            command: "object-add",
            arguments: object("'qom-type':'thread-context','id':'t','cpu-affinity':[0]")
        ),
        Request(
            command: "object-add",
            arguments: object("'qom-type':'secret_keyring','id':'s','serial':1")
        ),
        Request(
            command: "migrate-set-capabilities",
            arguments: object(
                "'capabilities':[{'capability':'background-snapshot','state':true}]"
            )
        ),
        Request(
            command: "migrate",
            arguments: object("'uri':'exec:cat >{folder}/state'")
        ),
        Request(
            command: "device_add",
            arguments: object("'driver':'virtio-net-pci','id':'v','rss':true"),
            options: "-machine pc",
            succeeds: true
        ),
    ]

    @Test(arguments: requests)
    func `a command that is refused fails, and the VM goes on`(request: Request) async throws {
        let records = try await run(request)
        // Whoever asks again and again fills the log.
        #expect(records.map(\.count) ?? 0 < 50)
        // The kernel writes ten records in five seconds, and leaves out the rest: one that is missing
        // shows nothing. QEMU's own words do.
    }

    /// - Returns: what seccomp recorded; `nil` where the log cannot tell.
    private func run(_ request: Request) async throws -> [SeccompRecord]? {
        let row = MatrixRow(
            request.testDescription,
            request.options,
            [
                .qmp(request.command, request.arguments), .qmp("query-status"), .qmp("quit"),
            ],
            spawn: "deny"
        )
        let mark = KernelLogMark()
        let run = try await MatrixRun(row, on: try MatrixHost(), launcher: Products.launcher)
        if !request.succeeds {
            #expect(run.transcript.first?.contains(": error: ") == true, "\(run.transcript)")
        }
        #expect(run.transcript.contains("query-status: ok"), "\(run.transcript)")
        #expect(run.transcript.contains("end: exit 0"), "\(run.transcript)")
        return mark.all(of: run.processIDs)
    }
}

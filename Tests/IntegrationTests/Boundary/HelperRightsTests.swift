import Foundation
import Planning
import Testing

/// A set-user-ID helper of a launcher that is not root: it starts without its rights, and that is
/// said. In QEMU's place is a script that starts the helper, which prints who it is.
@Suite(.launching, .needsProducts, .needsRoot)
struct HelperRightsTests {
    private struct Scene {
        let store: StagedHost
        let helper: String
        let launcher: String

        init(_ mode: String) throws {
            store = try StagedHost()
            helper = "\(store.path)/bin/helper"
            launcher = "\(store.path)/bin/qemu-launcher"
            try write(read("/usr/bin/id"), to: helper, mode: 0o4755)
            // Where nobody else may go, so may not they who are to start it.
            try write(read(Products.launcher), to: launcher, mode: 0o755)
            let program = "\(store.path)/bin/qemu"
            let script = "#!/bin/sh\nexec \(helper) -u\n"
            try write(Data(script.utf8), to: program, mode: 0o755)
            try store.configure(qemu: program, launcher: ["seccomp \(mode)"], pins: [])
        }

        func call(asRoot: Bool, _ words: [ByteString]) -> Child.Request {
            let user: [ByteString] =
                asRoot ? [] : ["--reuid=65534", "--regid=65534", "--clear-groups"]
            let own: [ByteString] = [
                ByteString(launcher), "-launcher-config", ByteString(store.configuration),
            ]
            return Child.Request(
                program: "/usr/bin/setpriv",
                arguments: ["setpriv"] + user + own + words,
            )
        }

        func start(asRoot: Bool, _ words: [ByteString]) async throws -> Outcome {
            let outcome = try await run(call(asRoot: asRoot, words))
            withExtendedLifetime(store) {}
            return outcome
        }

        var network: [ByteString] { ["-netdev", ByteString("bridge,id=n,helper=\(helper)")] }
    }

    private static let nobody = "65534\n"

    @Test(arguments: ["enforce", "log"])
    func `the helper has no rights under a filter, and the launcher says so`(
        mode: String
    ) async throws {
        let scene = try Scene(mode)
        let outcome = try await scene.start(asRoot: false, scene.network)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.output == Self.nobody)
        #expect(
            outcome.complaints == [
                "qemu-launcher: warning: option '-netdev bridge,id=n,helper=\(scene.helper)': "
                    + "'\(scene.helper)' is set-user-ID, which gives it no rights under the filter "
                    + "of a launcher that is not root (no_new_privs), in 'seccomp log' neither",
                "qemu-launcher: hint: open the tap beforehand and pass fd=, or start the VM as "
                    + "root, or set 'seccomp off' for this VM",
            ]
        )
    }

    @Test func `the setting that is named helps`() async throws {
        let scene = try Scene("off")
        let outcome = try await scene.start(asRoot: false, scene.network)
        #expect(outcome.output == "0\n")
        #expect(outcome.complaints.isEmpty)
    }

    @Test func `for root nothing changes, and nothing is said`() async throws {
        let scene = try Scene("enforce")
        let outcome = try await scene.start(asRoot: true, scene.network)
        #expect(outcome.output == "0\n")
        #expect(outcome.complaints.isEmpty, "\(outcome.errors)")
    }

    @Test func `a helper without rights of its own is not warned of`() async throws {
        let scene = try Scene("log")
        try change(scene.helper, mode: 0o755)
        let outcome = try await scene.start(asRoot: false, scene.network)
        #expect(outcome.output == Self.nobody)
        #expect(outcome.complaints.isEmpty, "\(outcome.errors)")
    }

    @Test func `a command is looked up as a shell would`() async throws {
        let scene = try Scene("log")
        var request = scene.call(asRoot: false, ["-incoming", "exec:helper -n cat"])
        request.environment = [
            ByteString("PATH=/nonexistent:\(scene.store.path)/bin:/usr/bin:/bin")
        ]
        let outcome = try await run(request)
        #expect(outcome.errors.contains("'\(scene.helper)' is set-user-ID"), "\(outcome.errors)")
    }
}

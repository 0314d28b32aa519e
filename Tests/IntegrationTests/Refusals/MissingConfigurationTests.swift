import Foundation
import Planning
import Testing

/// The default configuration, in an /etc of a test's own.
@Suite(.launching, .needsProducts, .needsQEMU, .needsMounts)
struct MissingConfigurationTests {
    private func launcher(_ words: [ByteString], in etc: ByteString) -> Child.Request {
        let script: ByteString = #"mount -t tmpfs none /etc && eval "$0" && exec "$@""#
        let isolate: [ByteString] =
            ["unshare"] + (Machine.isRoot ? [] : ["--map-root-user"]) + [
                "--mount", "/bin/sh", "-c", script, etc, ByteString(Products.launcher),
            ]
        return Child.Request(program: "/usr/bin/unshare", arguments: isolate + words)
    }

    @Test func `a configuration that is gone stops a VM that never asked, with advice`()
        async throws
    {
        let outcome = try await run(
            launcher(["-id", "100", "-machine", "none"], in: "mkdir /etc/qemu-launcher")
        )
        #expect(outcome.end == .status(78))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 100: '/etc/qemu-launcher/launcher.conf': no such file,"
                    + " although its directory is there",
                "qemu-launcher: hint: put it back, or mount what it is on; an empty file says that"
                    + " nothing is configured",
            ]
        )
    }

    @Test(
        arguments: [
            "mkdir /etc/qemu-launcher", "true",
            "mkdir /etc/qemu-launcher; ln -s /nowhere /etc/qemu-launcher/launcher.conf",
        ] as [ByteString]
    )
    func `a question is answered all the same`(etc: ByteString) async throws {
        let outcome = try await run(launcher(["--version"], in: etc))
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("QEMU emulator version"))
    }
}

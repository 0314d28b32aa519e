import Foundation
import Planning
import TestSupport
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
                    + " although its directory exists",
                "qemu-launcher: hint: put it back, or mount its file system; an empty file"
                    + " configures nothing",
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

/// The folder of the configuration is there, and the file is not: an editor that renames, or a
/// file system that is not mounted yet, is no quiet yes. In a mount namespace of its own.
@Suite(.launching, .needsProducts, .needsQEMU, .needsRoot, .needsMounts)
struct MissingConfigurationAttackTests {
    /// - Parameter change: a line of shell; `$etc` is laid over /etc.
    private func launch(
        _ words: [ByteString],
        _ store: StagedHost,
        _ change: String,
    ) async throws -> FlashLook {
        let etc = "\(store.path)/etc"
        try makeDirectory(etc)
        let script = """
            etc='\(etc)'; \(change) && mount -t overlay overlay -o lowerdir="$etc":/etc /etc \
            && exec "$@"
            """
        let request = Child.Request(
            program: "/usr/bin/unshare",
            arguments: [
                "unshare", "-m", "/bin/sh", "-c", ByteString(script), "sh",
                ByteString(Products.launcher),
            ] + words
        )
        return try await FlashLook(request, store, byteCount: 65_536)
    }

    @Test(arguments: [
        "mkdir $etc/qemu-launcher",
        "mkdir $etc/qemu-launcher && ln -s nowhere $etc/qemu-launcher/launcher.conf",
        "ln -s nowhere $etc/qemu-launcher",
    ])
    func `no VM is started where the configuration is gone`(change: String) async throws {
        let store = try StagedHost(image: "")
        let look = try await launch(FlashLook.options(store), store, change)
        look.expectRefused(78, quoting: ["/etc/qemu-launcher/launcher.conf"])
    }

    @Test func `a question is answered all the same`() async throws {
        let store = try StagedHost(image: "")
        let look = try await launch(["--version"], store, "mkdir $etc/qemu-launcher")
        guard case .ended(let outcome) = look else {
            Issue.record("a VM was started")
            return
        }
        #expect(outcome.end == .status(0), "\(outcome)")
        #expect(outcome.output.hasPrefix("QEMU emulator version"))
    }

    @Test(arguments: [
        "true", "mkdir $etc/qemu-launcher && echo '# nothing' >$etc/qemu-launcher/launcher.conf",
    ])
    func `a VM starts where nothing is configured`(change: String) async throws {
        let store = try StagedHost(image: "")
        let look = try await launch(FlashLook.options(store), store, change)
        guard case .started = look else {
            Issue.record("\(look)")
            return
        }
    }
}

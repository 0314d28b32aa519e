import Foundation
import Planning
import Testing

/// What becomes of the process itself where custom firmware was asked for.
@Suite(.launching, .needsProducts, .needsFirmware)
struct LaunchedProcessTests {
    @Test func `argv[0], umask and working directory are kept, and the process is named kvm`()
        async throws
    {
        let store = try StagedHost()
        var request = store.launcher(StagedHost.firmware, calledAs: "/opt/any-kvm")
        request.umask = 0
        request.directory = store.root
        let report = try await store.launch(request)
        #expect(report.arguments.first == "/opt/any-kvm")
        #expect(report.name == "kvm")
        #expect(report.umask == "0")
        #expect(report.directory == ByteString(store.root))
        #expect(report.status["Seccomp:"] == "2")
    }

    @Test(arguments: [[0], [2], [0, 1, 2]] as [[Int32]])
    func `streams that are closed stay closed and never become the image`(
        closed: [Int32]
    ) async throws {
        let store = try StagedHost()
        let null = nullDevice.fileDescriptor
        var request = store.launcher(StagedHost.firmware)
        request.descriptors = [0: null, 1: null, 2: null]
        for number in closed { request.descriptors[number] = nil }
        request.closesStandardStreams = true
        let report = try await store.launch(request)
        let number = try store.imageNumber(in: report)
        #expect(number > 2)
        #expect(
            report.descriptors.keys.sorted()
                == [0, 1, 2].filter { !closed.contains($0) } + [number]
        )
    }

    @Test func `started by root, QEMU gets no variable that loads code`() async throws {
        let store = try StagedHost()
        let kept: [ByteString] = ["LC_ALL=C", "PATH=/usr/bin", "PVE_MIGRATED_FROM="]
        let others: [ByteString] = [
            "", "LDFLAGS=x", "XLD_PRELOAD=x", "ALSA_CONFIG_PATH=/nowhere", "LD_PRELOAD=libm.so.6",
            "LD_LIBRARY_PATH=/nowhere", "LD_AUDIT=", "GLIBC_TUNABLES=",
            "QEMU_MODULE_DIR=/nowhere", "GCONV_PATH=/nowhere", "LD_PRELOAD=libdl.so.2",
        ]
        var request = store.launcher(StagedHost.firmware)
        request.environment = kept + others
        let report = try await store.launch(request)
        #expect(report.environment == (Machine.isRoot ? kept : kept + others))
    }

    @Test func `a limit of open files that is too low is told`() async throws {
        let store = try StagedHost()
        let call = store.launcher(StagedHost.firmware + ["-name", "a"])
        var request = call
        request.program = "/usr/bin/prlimit"
        request.arguments = ["prlimit", "--nofile=10", ByteString(call.program)]
        request.arguments += call.arguments.dropFirst()
        let outcome = try await run(request)
        #expect(outcome.end == .status(71))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 'a': no descriptor number is left for the firmware image:"
                    + " Invalid argument",
                "qemu-launcher: hint: raise the limit of open files ('ulimit -n')",
            ]
        )
        #expect(try store.report() == nil)
    }
}

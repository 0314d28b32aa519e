import Foundation
import Planning
import Testing

/// No variable of the environment decides anything in the launcher.
@Suite(.launching, .needsProducts, .needsFirmware)
struct EnvironmentTests {
    /// What a C library, a runtime, QEMU, or a careless program would heed.
    private static let poison: [ByteString] = [
        "LANG=tr_TR.UTF-8", "TZ=:/nowhere",
        "LD_LIBRARY_PATH=/nowhere", "GLIBC_TUNABLES=glibc.malloc.check=3", "MALLOC_CHECK_=3",
        "MALLOC_TRACE=/nowhere/trace", "LOCPATH=/nowhere", "NLSPATH=/nowhere",
        "RES_OPTIONS=debug", "HOSTALIASES=/nowhere", "QEMU_MODULE_DIR=/nowhere",
        "QEMU_AUDIO_DRV=none", "LAUNCHER_CONFIG=/nowhere", "QEMU_LAUNCHER_CONFIG=/nowhere",
        "SWIFT_DEBUG_ENABLE_MALLOC_SCRIBBLE=YES", "=", "A", "A=1",
        "A=2",
    ]

    @Test func `a launch does the same in every environment`() async throws {
        let store = try FirmwareStore()
        let launch = try FaultedLaunch(store: store, firmware: true)
        let plain = try await calls(of: launch, in: [])
        let poisoned = try await calls(of: launch, in: Self.poison)
        #expect(plain.map(\.path) == poisoned.map(\.path))
        #expect(plain.map(\.call) == poisoned.map(\.call))
        withExtendedLifetime(store) {}
    }

    @Test(.enabled(if: Machine.isRoot, "another user's environment is handed on"))
    func `directories that root's environment names are looked at, and nothing else`() async throws
    {
        let store = try FirmwareStore()
        let launch = try FaultedLaunch(store: store, firmware: true)
        let plain = try await calls(of: launch, in: [])
        let directories = ["HOME=/srv/a/b", "TMPDIR=/var/tmp", "XDG_CONFIG_HOME=/nowhere"]
        let named = try await calls(of: launch, in: directories.map { ByteString($0) })
        let looked = named.filter { call in !plain.contains { $0.path == call.path } }
        // From the root on, as far as the way goes.
        #expect(Set(looked.map(\.path)) == ["/srv", "/srv/a", "/var", "/var/tmp", "/nowhere"])
        #expect(looked.allSatisfy { $0.call == .newfstatat })
        withExtendedLifetime(store) {}
    }

    @Test(.enabled(if: Machine.isRoot, "another user's environment is handed on"))
    func `QEMU gets what is known to load nothing, and what the configuration keeps`() async throws
    {
        let store = try FirmwareStore()
        try store.configure(launcher: ["keep-environment CEPH_ARGS"])
        var request = store.launcher(FirmwareStore.firmware)
        let kept: [ByteString] = [
            "PATH=/usr/bin:/bin", "LC_ALL=C", "PVE_MIGRATED_FROM=", "CEPH_ARGS=--id x",
            ByteString("HOME=\(store.root)"),
        ]
        let open = "\(store.path)/open"
        try makeDirectory(open)
        try change(open, mode: 0o1777)
        request.environment =
            kept + [
                "ALSA_CONFIG_PATH=/nowhere", "__EGL_VENDOR_LIBRARY_FILENAMES=/nowhere",
                "SWIFT_BACKTRACE=enable=no", ByteString("TMPDIR=\(open)"), "LC_X=C",
            ]
        let report = try await store.launch(request)
        #expect(report.environment == kept)
    }

    /// Without those for memory: how much it takes depends on the environment that it hands on.
    private func calls(
        of launch: FaultedLaunch,
        in environment: [ByteString],
    ) async throws -> [FaultedLaunch.Call] {
        let memory: Set<Syscall> = [.brk, .mmap, .munmap, .mprotect, .futex]
        return try await launch.calls(environment: environment).filter {
            $0.thread == 0 && !memory.contains($0.call)
        }
    }

    @Test func `no source of the launcher asks for a variable`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        var read = 0
        for module in ["Planning", "Host", "CLinux", "qemu-launcher"] {
            let folder = root.appending(path: "Sources/\(module)")
            let files = try #require(
                FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            )
            for case let file as URL in files where ["swift", "c"].contains(file.pathExtension) {
                // Nothing of it is in a build that is shipped.
                guard file.lastPathComponent != "StageTrace.swift" else { continue }
                let text = try String(contentsOf: file, encoding: .utf8)
                for word in ["getenv", "ProcessInfo", "setenv", "putenv"] {
                    #expect(!text.contains(word), "\(file.lastPathComponent): \(word)")
                }
                read += 1
            }
        }
        #expect(read > 100)
    }
}

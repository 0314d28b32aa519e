import Foundation
import Planning
import TestSupport
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
        let store = try StagedHost()
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
        let store = try StagedHost()
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
        let store = try StagedHost()
        try store.configure(launcher: ["keep-environment CEPH_ARGS"])
        var request = store.launcher(StagedHost.firmware)
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

/// What maps the verified firmware has to be what was installed: where root starts it, QEMU gets
/// the variables that it is known to need, and no others.
@Suite(.launching, .needsProducts, .needsFirmware)
struct EnvironmentAttackTests {
    private static let kept: [ByteString] = [
        "PATH=/usr/bin", "HOME=/root", "LANG=C.UTF-8", "LC_ALL=C", "LC_MESSAGES=C", "TERM=linux",
        "TZ=UTC", "USER=root", "LOGNAME=root", "XDG_RUNTIME_DIR=/run/user/0", "DISPLAY=:0",
        // Proxmox's network scripts ask for it.
        "PVE_MIGRATED_FROM=pve2",
    ]

    private static let dropped: [ByteString] = [
        "LD_PRELOAD=/nowhere.so", "LD_LIBRARY_PATH=/nowhere", "LD_AUDIT=/nowhere.so",
        "GLIBC_TUNABLES=glibc.malloc.check=3", "QEMU_MODULE_DIR=/nowhere", "GCONV_PATH=/nowhere",
        "ALSA_CONFIG_PATH=/nowhere", "ALSA_PLUGIN_DIR=/nowhere", "AUDIODEV=/nowhere",
        "__EGL_VENDOR_LIBRARY_FILENAMES=/nowhere.json", "__EGL_VENDOR_LIBRARY_DIRS=/nowhere",
        "__EGL_EXTERNAL_PLATFORM_CONFIG_DIRS=/nowhere", "LIBVA_DRIVERS_PATH=/nowhere",
        "LIBGL_DRIVERS_PATH=/nowhere", "GBM_BACKENDS_PATH=/nowhere", "VK_LAYER_PATH=/nowhere",
        "VK_ADD_LAYER_PATH=/nowhere", "VK_INSTANCE_LAYERS=x", "VK_DRIVER_FILES=/nowhere",
        "XDG_DATA_DIRS=/nowhere", "XDG_CONFIG_DIRS=/nowhere", "XDG_CONFIG_HOME=/tmp",
        "XDG_DATA_HOME=/tmp", "IBV_DRIVERS=/nowhere", "RDMAV_DRIVERS=/nowhere",
        "CEPH_CONF=/nowhere", "CEPH_ARGS=--plugin-dir=/nowhere", "OPENSSL_CONF=/nowhere",
        "SSL_CERT_FILE=/nowhere", "GNUTLS_SYSTEM_PRIORITY_FILE=/nowhere", "P11_KIT_NO=/nowhere",
        "SASL_PATH=/nowhere", "SASL_CONF_PATH=/nowhere", "GIO_EXTRA_MODULES=/nowhere",
        "GTK_MODULES=x", "GTK_PATH=/nowhere", "GDK_PIXBUF_MODULE_FILE=/nowhere",
        "SDL_DYNAMIC_API=/nowhere.so", "PIPEWIRE_MODULE_DIR=/nowhere",
        "PIPEWIRE_CONFIG_DIR=/nowhere", "SPA_PLUGIN_DIR=/nowhere", "PULSE_CLIENTCONFIG=/nowhere",
        "JACK_DRIVER_DIR=/nowhere", "FONTCONFIG_FILE=/nowhere", "LOCPATH=/nowhere",
        "HOSTALIASES=/nowhere", "MALLOC_TRACE=/nowhere", "NLSPATH=/nowhere", "IFS=x",
        "QEMU_CPR_EXEC_STATE=1", "BASH_ENV=/nowhere", "ENV=/nowhere", "BASH_FUNC_x%%=() { :; }",
        "PERL5LIB=/nowhere", "PERL5OPT=-Mx", "PYTHONPATH=/nowhere", "GUILE_LOAD_PATH=/nowhere",
        "A_LIBRARY_OF_TOMORROW_PLUGINS=/nowhere", "no-equals-sign", "=", "=x",
    ]

    @Test(.needsRoot)
    func `started by root, QEMU gets what is known and nothing else`() async throws {
        let store = try StagedHost()
        var request = store.launcher(StagedHost.firmware)
        request.environment = interleaved
        let report = try await store.launch(request)
        #expect(report.environment == Self.kept)
    }

    @Test func `a VM that did not ask keeps all of it`() async throws {
        let store = try StagedHost()
        var request = store.launcher(["-m", "1"])
        request.environment = interleaved
        let report = try await store.launch(request)
        #expect(report.environment == interleaved)
    }

    @Test(.needsRoot)
    func `a folder for temporary files that others may write to is not QEMU's`() async throws {
        let store = try StagedHost()
        try makeDirectory("\(store.path)/open", mode: 0o777)
        var request = store.launcher(StagedHost.firmware + ["-snapshot"])
        request.environment = ["PATH=/usr/bin", ByteString("TMPDIR=\(store.path)/open")]
        let report = try await store.launch(request)
        #expect(report.environment == ["PATH=/usr/bin"])
    }

    private var interleaved: [ByteString] {
        var all = Self.dropped
        for (index, variable) in Self.kept.enumerated() { all.insert(variable, at: index * 4) }
        return all
    }
}

import Foundation
import Planning
import Testing

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

import Planning
import Testing

struct KeptEnvironmentTests {
    /// Whether the variable is kept.
    private func keeps(
        _ variable: ByteString,
        keeping names: [ByteString] = [],
        ownDirectories: [ByteString] = [],
    ) -> Bool {
        let kept = KeptEnvironment([variable], keeping: names, ownDirectories: ownDirectories)
        #expect(kept.variables.count + kept.removed.count == 1)
        return kept.variables == [variable]
    }

    @Test(
        arguments: [
            "PATH=/sbin:/bin:/usr/sbin:/usr/bin", "LC_ALL=C", "LANG=de_AT.UTF-8", "LANG=",
            "PVE_MIGRATED_FROM=", "LVM_SUPPRESS_FD_WARNINGS=1", "TERM=xterm-256color",
            "DISPLAY=localhost:10.0", "WAYLAND_DISPLAY=/run/user/1000/wayland-0", "TZ=CET-1CEST",
            "TZ=Europe/Vienna", "TZ=:/etc/localtime", "TZ=/usr/share/zoneinfo/UTC",
            "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus", "NOTIFY_SOCKET=@n",
            "_=/usr/sbin/qm",
        ] as [ByteString]
    )
    func `what is known to load nothing is kept`(variable: ByteString) {
        let own: [ByteString] = ["/sbin", "/bin", "/usr/sbin", "/usr/bin"]
        #expect(keeps(variable, ownDirectories: own))
    }

    /// Story: a script that root's QEMU runs found its programs in somebody's directory.
    @Test func `a search path with a directory of others is removed`() {
        #expect(!keeps("PATH=/home/u/bin:/bin", ownDirectories: ["/bin"]))
        #expect(keeps("PATH=/bin:/bin", ownDirectories: ["/bin"]))
    }

    /// Each of these loads code or configuration into QEMU, or makes it write to a file.
    @Test(
        arguments: [
            "LD_PRELOAD=/x", "LD_AUDIT=/x", "LD_LIBRARY_PATH=/x", "GLIBC_TUNABLES=x",
            "GCONV_PATH=/x",
            "LOCPATH=/x", "NLSPATH=/x", "TZDIR=/x", "QEMU_MODULE_DIR=/x", "QEMU_CPR_EXEC_STATE=x",
            "ALSA_CONFIG_PATH=/x", "ALSA_CONFIG_DIR=/x", "ALSA_PLUGIN_DIR=/x",
            "__EGL_VENDOR_LIBRARY_FILENAMES=/x", "__EGL_VENDOR_LIBRARY_DIRS=/x",
            "__GLX_VENDOR_LIBRARY_NAME=x", "VK_LAYER_PATH=/x", "VK_ADD_LAYER_PATH=/x",
            "VK_DRIVER_FILES=/x", "VK_INSTANCE_LAYERS=x", "LIBGL_DRIVERS_PATH=/x",
            "GBM_BACKENDS_PATH=/x", "LIBVA_DRIVERS_PATH=/x", "IBV_DRIVERS=/x",
            "RDMAV_DRIVERS=/x", "CEPH_CONF=/x", "CEPH_ARGS=--x", "OPENSSL_CONF=/x",
            "GNUTLS_SYSTEM_PRIORITY_FILE=/x", "SSLKEYLOGFILE=/x", "SASL_PATH=/x",
            "PULSE_CLIENTCONFIG=/x", "PULSE_DLPATH=/x", "PIPEWIRE_MODULE_DIR=/x",
            "SPA_PLUGIN_DIR=/x",
            "JACK_START_SERVER=1", "SDL_DYNAMIC_API=/x", "GTK_MODULES=x", "GTK_PATH=/x",
            "GIO_MODULE_DIR=/x", "GIO_EXTRA_MODULES=/x", "GDK_PIXBUF_MODULE_FILE=/x",
            "XDG_DATA_DIRS=/x", "XDG_CONFIG_DIRS=/x", "TERMINFO=/x", "TERMINFO_DIRS=/x",
            "SWIFT_BACKTRACE=enable=yes", "MALLOC_TRACE=/x", "BASH_ENV=/x", "ENV=/x", "PERL5LIB=/x",
            "PYTHONPATH=/x", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/x", "KRB5_CONFIG=/x",
        ] as [ByteString]
    )
    func `what loads code is removed, and so is what nobody has looked at`(variable: ByteString) {
        #expect(!keeps(variable))
    }

    /// A locale, a terminal or a zone that is called by a path is read from there.
    @Test(
        arguments: [
            "LANG=/tmp/x", "LANGUAGE=de:../../tmp/x", "LC_ALL=/tmp/x", "LC_CTYPE=x/y",
            "TERM=/tmp/x",
            "TZ=/tmp/x", "TZ=:/tmp/x", "TZ=../../../tmp/x", "TZ=:Europe/../../../../tmp/x",
            "TZ=/usr/share/zoneinfo/../../../tmp/x", "PATH=", "PATH=/bin:", "PATH=:/bin",
            "PATH=/bin::/sbin", "PATH=.:/bin", "PATH=bin", "SDL_VIDEODRIVER=/x",
            "DBUS_SESSION_BUS_ADDRESS=unixexec:path=/tmp/x", "DBUS_SESSION_BUS_ADDRESS=autolaunch:",
            "DBUS_SESSION_BUS_ADDRESS=unix:path=/x;unixexec:path=/tmp/x",
            "DBUS_SESSION_BUS_ADDRESS=",
        ] as [ByteString]
    )
    func `a value that leads elsewhere is removed`(variable: ByteString) {
        #expect(!keeps(variable))
    }

    @Test(
        arguments: ["LC_", "LC_X=C", "lang=C", "LANGX=C", "LAN=C", "LANG", "=", "", "PVE_X=1"]
            as [ByteString]
    )
    func `a name counts as a whole, and a variable without a value is none`(variable: ByteString) {
        #expect(!keeps(variable))
    }

    @Test(arguments: ["HOME", "TMPDIR", "TMP", "TEMP", "XDG_CONFIG_HOME", "XDG_DATA_HOME"])
    func `directories pass where they are found to be nobody else's`(name: String) {
        let variable = ByteString("\(name)=/srv/own")
        #expect(
            KeptEnvironment.directories(in: [variable, "A=/x", ByteString(name)]) == ["/srv/own"]
        )
        #expect(keeps(variable, ownDirectories: ["/", "/srv/own"]))
        #expect(!keeps(variable, ownDirectories: ["/", "/srv", "/srv/own/"]))
        #expect(!keeps(variable))
    }

    @Test func `the configuration keeps more, whatever the values are`() {
        let names: [ByteString] = ["CEPH_ARGS", "HOME"]
        #expect(keeps("CEPH_ARGS=--id x", keeping: names))
        #expect(keeps("HOME=relative", keeping: names))
        #expect(keeps("HOME", keeping: names))
        #expect(!keeps("CEPH_ARGS2=x", keeping: names))
        #expect(!keeps("CEPH_CONF=x", keeping: names))
    }

    @Test func `the order stays, and a name is told once`() {
        let kept = KeptEnvironment(
            ["USER=b", "X=1", "LANG=C", "X=2", "Y", "USER=a", "=", ByteString([0xFF, 0x3D])],
            keeping: [],
            ownDirectories: [],
        )
        #expect(kept.variables == ["USER=b", "LANG=C", "USER=a"])
        #expect(kept.removed == ["X", "Y", "", ByteString([0xFF])])
    }

    @Test func `every row has a reason, and no name is in two`() {
        let names = KeptVariable.table.flatMap(\.names).map(\.description)
        #expect(Set(names).count == names.count)
        #expect(KeptVariable.table.allSatisfy { !$0.reason.isEmpty && !$0.names.isEmpty })
    }
}

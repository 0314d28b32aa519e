import Planning
import Testing

/// The policy looks at options by name, and what no case names needs nothing. So that an option of a
/// newer QEMU is not passed by in silence, each is in one of these lists.
struct OptionNeedsTests {
    /// Options that add calls, files or capabilities, with some value or other.
    private static let looked: Set<String> = [
        "D", "L", "M", "acpitable", "async-teardown", "audio", "audiodev", "bios", "blockdev",
        "boot", "cdrom", "chardev", "chroot", "daemonize", "debugcon", "device", "display",
        "drive", "dtb", "dump-vmstate", "fda", "fdb", "fsdev", "fw_cfg", "gdb", "global",
        "hda", "hdb", "hdc", "hdd", "icount", "id", "incoming", "initrd", "kernel",
        "loadstate", "machine", "mem-path", "monitor", "mtdblock", "net", "netdev", "nic",
        "numa", "object", "option-rom", "overcommit", "parallel", "pflash", "pidfile",
        "plugin", "qmp", "qmp-pretty", "qtest", "qtest-log", "readconfig", "run-with",
        "runas", "sd", "serial", "shim", "smbios", "snapshot", "spice", "tpmdev", "trace",
        "virtfs", "vnc",
    ]

    /// Options of which somebody has found that what every VM gets is enough. Older ones that QEMU
    /// 7.2 does not have are among them.
    private static let modest: Set<String> = [
        "S", "accel", "action", "add-fd", "alt-grab", "append", "audio-help", "balloon",
        "bootp", "compat", "cpu", "ctrl-grab", "curses", "d", "dfilter", "echr",
        "enable-fips", "enable-kvm", "enable-sync-profile", "full-screen", "g", "h", "hdachs",
        "help", "iscsi", "jitdump", "k", "loadvm", "localtime", "m", "mem-prealloc", "mon",
        "msg", "name", "no-acpi", "no-fd-bootchk", "no-hpet", "no-kvm", "no-kvm-irqchip",
        "no-kvm-pit", "no-kvm-pit-reinjection", "no-quit", "no-reboot", "no-shutdown",
        "no-user-config", "nodefaults", "nodefconfig", "nographic", "old-param",
        "only-migratable", "perfmap", "portrait", "preconfig", "prom-env", "realtime",
        "redir", "rotate", "rtc", "rtc-td-hack", "s", "sandbox", "sdl", "seed", "semihosting",
        "semihosting-config", "set", "show-cursor", "singlestep", "smb", "smp", "soundhw",
        "startdate", "tb-size", "tdf", "tftp", "usb", "usbdevice", "uuid", "version", "vga",
        "watchdog", "watchdog-action", "win2k-hack", "writeconfig", "xen-attach", "xen-domid",
        "xen-domid-restrict",
    ]

    @Test func `of each option it is known whether it needs more than every VM has`() {
        #expect(Self.looked.isDisjoint(with: Self.modest))
        let names = Set(QEMUOption.table.map(\.name))
        #expect(names.symmetricDifference(Self.looked.union(Self.modest)) == [])
    }

    /// The same in two forms.
    @Test(
        arguments: [
            ("-audio driver=wav,path=/a/w,model=hda", "-audiodev driver=wav,id=a,path=/a/w"),
            ("-M pc,firmware=/a/f", "-machine pc,firmware=/a/f"),
            ("-qtest unix:/a/s,server=on", "-qmp unix:/a/s,server=on"),
        ]
    )
    func `a short form names the files of the long one`(short: String, long: String) {
        func paths(_ words: String) -> [ByteString] {
            let line = QEMUCommandLine(
                ["kvm", "-nodefaults"] + words.split(separator: " ").map { ByteString($0) }
            )
            return FileRuleset.derived(from: line, groups: [], in: LaunchSurroundings()).rules
                .filter { !$0.isOurs }.map(\.path)
        }
        #expect(!paths(short).isEmpty && paths(short) == paths(long))
    }
}

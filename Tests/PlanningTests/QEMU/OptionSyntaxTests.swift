import Testing

@testable import Planning

struct OptionSyntaxTests {
    /// Options whose whole word is one value to QEMU, also where it has commas in it.
    private static let words: Set<String> = [
        "D", "L", "M", "append", "balloon", "bios", "bootp", "chroot", "d", "debugcon",
        "dfilter", "dtb", "dump-vmstate", "echr", "g", "gdb", "hdachs", "id", "initrd", "k",
        "kernel", "loadstate", "loadvm", "mem-path", "monitor", "parallel", "pidfile",
        "prom-env", "qmp", "qmp-pretty", "qtest", "qtest-log", "readconfig", "realtime",
        "redir", "rotate", "runas", "seed", "serial", "set", "shim", "smb", "soundhw",
        "startdate", "tb-size", "tftp", "usbdevice", "uuid", "vga", "watchdog",
        "watchdog-action", "writeconfig", "xen-domid",
    ]

    /// ``OptionSyntax`` takes what no case names for one word. An option that takes a list would so
    /// lose its keys in silence, and with them what the audit and the policy find by them.
    @Test func `of each option it is known whether its value is a list`() {
        let names = QEMUOption.table.filter { $0.takesValue && OptionSyntax(of: $0.name) == .text }
            .map(\.name)
        #expect(Set(names).symmetricDifference(Self.words) == [])
    }
}

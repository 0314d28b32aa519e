import Planning
import Testing

struct ProtectedPlaceTests {
    @Test(arguments: [
        ("/etc/cron.d/x", false), ("/etc", true), ("/proc/sys/kernel/core_pattern", false),
        ("/proc/1/mem", false), ("/usr/lib/x.so", false), ("/bin/sh", false),
        ("/boot/vmlinuz", false),
        ("/sys/power/state", false), ("/", true), ("/run", true), ("/var/lib", true),
        ("/run/systemd/system/x.service", false), ("/dev/mem", false),
        ("/var/spool/cron/root", false),
    ])
    func `nothing is written where the host keeps what is its own`(
        path: ByteString,
        isFolder: Bool
    ) {
        #expect(ProtectedPlace.refusing(.write, at: path, isFolder: isFolder) != nil)
        #expect(ProtectedPlace.refusing(.own, at: path, isFolder: isFolder) != nil)
        #expect(ProtectedPlace.refusing(.run, at: path, isFolder: isFolder) == nil)
        #expect(ProtectedPlace.refusing([], at: path, isFolder: isFolder) == nil)
    }

    @Test(arguments: [
        ("/etcetera/x", false), ("/run/vm.pid", false), ("/run/qemu-server", true),
        ("/var/lib/vz/images", true), ("/srv/vm", true), ("/dev/sda", false), ("/tmp", true),
        ("/dev/shm", true), ("/home/u/disk.img", false),
    ])
    func `elsewhere a command line decides`(path: ByteString, isFolder: Bool) {
        #expect(ProtectedPlace.refusing(.own, at: path, isFolder: isFolder) == nil)
    }

    @Test func `nodes of all devices may be opened as a whole, and none made`() {
        #expect(ProtectedPlace.refusing(.device, at: "/dev", isFolder: true) == nil)
        #expect(ProtectedPlace.refusing(.own, at: "/dev", isFolder: true) != nil)
    }
}

import Planning
import SystemPackage
import TestSupport
import Testing

struct FileRulesetTests {
    /// What our own tables write to although no command line may.
    private static let exceptions: Set<ByteString> = [
        "/proc/sys/net/ipv4/conf", "/proc/sys/net/ipv6/conf", "/sys/devices/virtual/net",
        "/sys/class/tpm/tpm0/device/cancel", "/sys/class/misc/tpm0/device/cancel",
    ]

    @Test(arguments: FileGroup.all)
    func `no row of the table writes where only root may`(group: FileGroup) {
        #expect(!group.purpose.isEmpty)
        for row in group.rows {
            #expect(!row.reason.isEmpty && row.path.hasPrefix("/"), "\(row.path)")
            let place = ProtectedPlace.refusing(row.access, at: row.path, isFolder: true)
            #expect(place == nil || Self.exceptions.contains(row.path), "\(row.path)")
            #expect(row.access.isDisjoint(with: [.makeCharacterDevice, .makeBlockDevice]))
            // What could be written and then run.
            #expect(!row.access.contains(.execute) || row.access.isDisjoint(with: .changing))
        }
    }

    @Test func `a VM that starts nothing runs QEMU and its loader, and nothing else`() {
        let rules = derive(
            "-m 512",
            in: LaunchSurroundings(programs: ["/opt/q/bin/qemu", "/lib64/ld.so"])
        ).rules
        let running = rules.filter { $0.row.access.contains(.execute) }
        #expect(running.map(\.path) == ["/opt/q/bin/qemu", "/lib64/ld.so"])
        #expect(rules.contains { $0.path == "/opt/q" && $0.row.access == .read })
    }

    @Test func `groups of system calls bring their files, with their causes`() {
        let cause = GroupCause.option(name: "id", value: "100")
        let rules = derive("-id 100", groups: [SelectedGroup(.spawn, because: cause)]).rules
        let spawn = rules.filter { $0.group == "spawn" }
        #expect(!spawn.isEmpty && spawn.allSatisfy { $0.cause == cause })
        #expect(rules.contains { $0.group == "proxmox" && $0.path == "/run/qemu-server" })
        #expect(derive("-m 1").rules.allSatisfy { $0.group != "spawn" && $0.group != "proxmox" })
    }

    @Test(arguments: [
        ("-device vfio-pci,host=01:00.0", "vfio"), ("-chardev pty,id=c", "pty"),
        ("-serial mon:pty", "pty"), ("-snapshot", "throwaway"),
        ("-drive file=/a,snapshot=on", "throwaway"), ("-tpmdev passthrough,id=t", "tpm"),
    ])
    func `an option brings the group that it needs`(words: String, group: String) {
        #expect(derive(words).rules.contains { $0.group == group })
        #expect(derive("-m 1").rules.allSatisfy { $0.group != group })
    }

    @Test func `signals and abstract sockets stay inside where nothing is started`() {
        #expect(derive("-m 1").scope == [.signals, .abstractSockets])
        #expect(derive("-chardev socket,id=c,path=x,abstract=on").scope == .signals)
        let spawn = [SelectedGroup(.spawn, because: .always)]
        #expect(derive("-m 1", groups: spawn).scope == [])
    }

    @Test func `what lies below an image may be read, and its data file as the image`() {
        let references: [ByteString: [LaunchSurroundings.Reference]] = [
            "/d/top": [.init(path: "/d/base", isBacking: true)],
            "/d/base": [
                .init(path: "/d/data", isBacking: false), .init(path: "/d/top", isBacking: true),
            ],
        ]
        let rules = derive(
            "-drive file=/d/top,format=qcow2",
            in: LaunchSurroundings(references: references)
        ).rules
        let rows = Dictionary(rules.map { ($0.path, $0.row.access) }) { first, _ in first }
        #expect(rows["/d/top"] == .image)
        #expect(rows["/d/base"] == [.readFile, .control])
        #expect(rows["/d/data"] == [.readFile, .control])
    }

    /// A guest writes what it likes into a raw disk, the head of a qcow2 image as well.
    @Test(arguments: [
        ("-drive file=/d/a,format=qcow2", true), ("-drive file=/d/a", true),
        ("-drive file=/d/a,format=raw", false), ("-hda /d/a", true),
        ("-drive driver=qcow2,file.driver=file,file.filename=/d/a", true),
        ("-drive driver=raw,file.filename=/d/a", false),
        ("-blockdev driver=qcow2,node-name=n,file.driver=file,file.filename=/d/a", true),
        ("-blockdev driver=raw,node-name=n,file.driver=file,file.filename=/d/a", false),
        ("-blockdev driver=file,node-name=f,filename=/d/a", false),
        (
            "-blockdev driver=file,node-name=f,filename=/d/a -blockdev "
                + "driver=qcow2,node-name=q,file=f", true
        ),
        (
            "-blockdev driver=file,node-name=f,filename=/d/a -blockdev "
                + "driver=raw,node-name=q,file=f", false
        ),
        (
            #"-blockdev {"driver":"throttle","node-name":"d","file":{"driver":"qcow2","#
                + #""file":{"driver":"file","filename":"/d/a"}}}"#, true
        ),
    ])
    func `an image is asked for names only where it is qcow2`(words: String, isAsked: Bool) {
        let line = QEMUCommandLine(["kvm"] + words.split(separator: " ").map { ByteString($0) })
        #expect(line.imagesWithReferences(from: "/").contains("/d/a") == isAsked)
    }

    @Test func `storages are rows: the VM's own images, those below them, and media`() throws {
        let storages = try StorageConfiguration(
            LauncherConfiguration.defaults,
            storageConfiguration: Array(
                "dir: nodes\n\tpath /x\n\tnodes other\n\ndir: data\n\tpath /data\n\nlvm: lvm\n\tvgname pve\n"
                    .utf8
            )
        ).survey().storages
        let surroundings = LaunchSurroundings(storages: storages, nodeName: "this")
        func rows(_ words: String) -> [String] {
            derive(words, in: surroundings).rules.filter { $0.group == "storages" }
                .map { "\($0.path): \($0.row.summary)" }
        }
        let rest = "read, write, make; its folder, if missing: read, write, make"
        #expect(rows("-id 100").contains("/data/images/100: \(rest)"))
        #expect(rows("-id 100").contains("/data/images: read"))
        #expect(rows("-id 100").contains("/data/template/iso: read"))
        #expect(rows("-id 100").contains("/dev: read, write, ioctl"))
        #expect(!rows("-id 100").contains { $0.hasPrefix("/x") })
        #expect(rows("-m 1").contains("/data/images: read, write, make"))
    }

    @Test func `a file that no row is about is told`() {
        let words = "-device x,strange=/a/b -drive file=/d/a -chardev socket,id=c,path=/r/c,server"
        let line = QEMUCommandLine(["kvm"] + words.split(separator: " ").map { ByteString($0) })
        let found = line.uncovered(by: derive(words), from: "/here")
        #expect(found.map(\.path) == ["/a/b"])
    }

    @Test(arguments: ProxmoxPair.all)
    func `every file of Proxmox's command lines has a row`(pair: ProxmoxPair) throws {
        let words = try pair.command()
        let line = QEMUCommandLine(ArgumentVector(words), files: .proxmox)
        let ruleset = Ruleset.self
        let groups = try ruleset.derived(from: line, spawn: .auto).groups
        let files = FileRuleset.derived(from: line, groups: groups, in: LaunchSurroundings())
        #expect(line.uncovered(by: files, from: "/") == [])
        for rule in files.rules where !rule.isOurs {
            let place = ProtectedPlace.refusing(rule.row.access, at: rule.path, isFolder: false)
            // Stock firmware in flash is read-only where Proxmox writes its command lines.
            #expect(place == nil, "\(rule.path) for \(rule.cause)")
        }
    }
}

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

import Foundation
import Planning
import TestSupport
import Testing

/// Which row each way of naming a file comes to.
struct NamedFilesTests {
    /// Words of a command line, and what of its own it makes: `PATH: RIGHTS`.
    struct Case: CustomTestStringConvertible, Sendable {
        let words: String
        let rows: [String]
        var testDescription: String { words }

        init(_ words: String, _ rows: String...) {
            self.words = words
            self.rows = rows
        }
    }

    private static let made = "; its folder, if missing: read, write, make"

    private static let disks: [Case] = [
        Case("-drive file=/d/a.img", "/d/a.img: read, write, ioctl"),
        Case("-drive file=a.img,readonly=on", "/here/a.img: read, ioctl"),
        Case("-drive file=a.iso,media=cdrom", "/here/a.iso: read, ioctl"),
        Case("-cdrom /d/a.iso", "/d/a.iso: read, ioctl"),
        Case("-hda /d/a,b.img", "/d/a,b.img: read, write, ioctl"),
        Case("-drive file=/d/a,,b.img", "/d/a,b.img: read, write, ioctl"),
        Case("-drive file=file:/d/./a//b.img", "/d/a/b.img: read, write, ioctl"),
        Case("/d/word.img", "/d/word.img: read, write, ioctl"),
        Case("-drive driver=qcow2,file.filename=/d/a", "/d/a: read, write, ioctl"),
        Case(
            #"-drive file=json:{"driver":"raw","file":{"driver":"file","filename":"/d/j"}}"#
                .replacing(",\"", with: ",,\""),
            "/d/j: read, write, ioctl"
        ),
        Case(
            #"-blockdev {"driver":"throttle","file":{"driver":"raw","read-only":true,"file":"#
                + #"{"driver":"host_device","filename":"/dev/pve/vm-1"}},"read-only":true}"#,
            "/dev/pve/vm-1: read, ioctl"
        ),
        Case("-blockdev driver=file,node-name=f,filename=/d/x", "/d/x: read, write, ioctl"),
        Case("-blockdev driver=qcow2,file=f"),
        Case(
            "-drive driver=vvfat,dir=/d/f",
            "/d/f: read"
        ),
        Case("-drive file=fat:rw:/d/f", "/d/f: read, write, make, remove"),
        Case("-drive file=nbd://host/x"),
        Case("-drive file=rbd:pool/image:conf=/etc/ceph/c"),
        Case("-drive driver=nbd,server.type=unix,server.path=/run/x", "/run/x: connect"),
        Case("-pflash /d/vars.fd", "/d/vars.fd: read, write, ioctl"),
        Case("-loadstate /d/state", "/d/state: read, ioctl"),
    ]

    private static let channels: [Case] = [
        Case("-chardev socket,id=c,path=/r/c,server=on,wait=off", "/r: make, remove"),
        Case("-chardev socket,id=c,path=/r/c,server,nowait", "/r: make, remove"),
        Case("-chardev socket,id=c,path=/r/c", "/r/c: connect"),
        Case("-chardev file,id=c,path=/r/c", "/r/c: read, write, ioctl" + made),
        Case("-chardev pty,id=c,path=/r/c", "/r: make, remove"),
        Case("-chardev serial,id=c,path=/dev/ttyS1", "/dev/ttyS1: read, write, ioctl"),
        Case("-chardev null,id=c,logfile=/r/l", "/r/l: read, write, ioctl" + made),
        Case(
            "-chardev pipe,id=c,path=/r/p",
            "/r/p: read, write, ioctl",
            "/r/p.in: read, write, ioctl",
            "/r/p.out: read, write, ioctl"
        ),
        Case("-qmp unix:/r/q,server=on,wait=off", "/r: make, remove"),
        Case("-monitor mon:unix:m", "/here/m: connect"),
        Case("-serial file:/r/s", "/r/s: read, write, ioctl" + made),
        Case("-serial mon:stdio"),
        Case("-serial /dev/ttyS0", "/dev/ttyS0: read, write, ioctl"),
        Case("-vnc unix:/r/100.vnc,password=on", "/r: make, remove"),
        Case("-vnc :1"),
        Case("-spice unix=on,addr=/r/s,x509-dir=/c", "/r: make, remove", "/c: read"),
        Case("-incoming unix:/r/100.migrate", "/r: make, remove"),
        Case("-incoming file:/d/state,offset=0x1000", "/d/state: read, ioctl"),
        Case("-incoming defer"),
        Case(
            #"-incoming {"channel-type":"main","addr":{"transport":"socket","type":"unix","#
                + #""path":"/r/i"}}"#,
            "/r: make, remove"
        ),
        Case(
            "-netdev stream,id=n,server=on,addr.type=unix,addr.path=/r/n",
            "/r: make, remove"
        ),
        Case("-netdev stream,id=n,addr.type=unix,addr.path=/r/n", "/r/n: connect"),
        Case(
            "-netdev dgram,id=n,local.type=unix,local.path=/r/l,remote.type=unix,remote.path=/r/o",
            "/r: make, remove",
            "/r/o: connect"
        ),
    ]

    private static let others: [Case] = [
        Case(
            "-pidfile /r/p",
            "/r/p: read, write; its folder, if missing: read, write, make, remove"
        ),
        Case("-D log/q.log", "/here/log/q.log: read, write, ioctl" + made),
        Case("-bios /f/b.fd", "/f/b.fd: read"),
        Case(
            "-kernel k -initrd i,j -append root=/dev/x",
            "/here/k: read",
            "/here/i: read",
            "/here/j: read",
            "/here/i,j: read"
        ),
        Case("-device e1000,romfile=/f/r", "/f/r: read"),
        Case("-global e1000.romfile=/f/r", "/f/r: read"),
        Case("-device loader,file=/f/l", "/f/l: read"),
        Case(
            "-device virtio-input-host-pci,evdev=/dev/input/event1",
            "/dev/input/event1: read, write, ioctl"
        ),
        Case("-fw_cfg name=opt/a,file=/f/c", "/f/c: read"),
        Case("-smbios type=11,path=/f/s", "/f/s: read"),
        Case("-netdev vde,id=n,sock=/f/s", "/f/s: make, remove"),
        Case("-netdev user,id=n,smb=/f/s", "/f/s: read, write, make, remove"),
        Case("-acpitable file=/f/a:/f/b", "/f/a: read", "/f/b: read"),
        Case("-object rng-random,id=r,filename=/dev/urandom", "/dev/urandom: read, write, ioctl"),
        Case("-object secret,id=s,file=/f/s", "/f/s: read"),
        Case("-object tls-creds-x509,id=t,dir=/f/t", "/f/t: read"),
        Case(
            "-object memory-backend-file,id=m,size=1M,mem-path=/dev/shm",
            "/dev/shm: read, write, make, remove; its folder, if missing: read, write, make, remove"
        ),
        Case("-object filter-dump,id=f,netdev=n,file=/r/f", "/r/f: read, write, ioctl" + made),
        Case(
            "-virtfs local,path=/s/h,mount_tag=t,security_model=none",
            "/s/h: read, write, make, remove"
        ),
        Case("-fsdev local,id=f,path=/s/h,security_model=none,readonly=on", "/s/h: read"),
        Case(
            "-netdev tap,id=n,script=/s/up,downscript=no",
            "/s/up: read, execute"
        ),
        Case("-readconfig /f/q.cfg", "/f/q.cfg: read"),
        Case("-trace events=/f/e,file=/r/t", "/f/e: read", "/r/t: read, write, ioctl" + made),
        Case("-tpmdev emulator,id=t,chardev=c"),
        Case("-machine q35,dumpdtb=/r/d", "/r/d: read, write, ioctl" + made),
    ]

    @Test(arguments: disks + channels + others)
    func `an option makes a row for each file that it names`(row: Case) {
        let rules = rules(row.words)
        let found = rules.map { "\($0.path): \($0.row.summary)" }
        #expect(Set(found) == Set(row.rows), "\(found)")
        for rule in rules { #expect(!rule.isOurs && !rule.row.reason.isEmpty) }
    }

    private func rules(_ words: String) -> [FileRule] {
        derive(words).rules.filter { $0.group == "command line" }
    }
}

/// The rows for a command line without blanks in its words, started in /here.
func derive(
    _ words: String,
    groups: [SelectedGroup] = [],
    in surroundings: LaunchSurroundings = LaunchSurroundings(workingDirectory: "/here"),
) -> FileRuleset {
    let arguments = ["kvm"] + words.split(separator: " ").map { ByteString($0) }
    return .derived(from: QEMUCommandLine(arguments), groups: groups, in: surroundings)
}

struct ImageReferencesTests {
    private func big(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// A header of version 3 with its extensions, and the name below them.
    private func image(
        backing: String? = nil,
        extensions: [(UInt32, String)] = [],
        length: UInt64? = nil,
    ) -> [UInt8] {
        var tail: [UInt8] = []
        for (type, text) in extensions {
            tail += big(UInt64(type), 4) + big(UInt64(text.utf8.count), 4) + Array(text.utf8)
            tail += [UInt8](repeating: 0, count: (8 - text.utf8.count % 8) % 8)
        }
        tail += [UInt8](repeating: 0, count: 8)
        let name = Array((backing ?? "").utf8)
        let offset = backing == nil ? 0 : UInt64(104 + tail.count)
        return [0x51, 0x46, 0x49, 0xFB] + big(3, 4) + big(offset, 8)
            + big(length ?? UInt64(name.count), 4) + big(16, 4) + big(1 << 20, 8)
            + [UInt8](repeating: 0, count: 68) + big(104, 4) + tail + name
    }

    @Test func `an image names the one below it and the file with its data`() throws {
        let bytes = image(
            backing: "../100/base.qcow2",
            extensions: [(0xE279_2ACA, "qcow2"), (0x4441_5441, "disk.raw")]
        )
        let references = try #require(ImageReferences(bytes))
        #expect(references.backing == "../100/base.qcow2")
        #expect(references.backingFormat == "qcow2" && references.mayGoOn)
        let files = references.files(of: "/data/images/101/a.qcow2")
        #expect(
            files.map(\.path) == [
                "/data/images/101/../100/base.qcow2", "/data/images/101/disk.raw",
            ]
        )
        #expect(files.map(\.isBacking) == [true, false])
    }

    @Test func `below raw there is nothing, and a protocol is no file`() throws {
        let raw = try #require(
            ImageReferences(image(backing: "nbd://h/x", extensions: [(0xE279_2ACA, "raw")]))
        )
        #expect(!raw.mayGoOn && raw.files(of: "/a").isEmpty)
    }

    @Test func `an image that stands alone names nothing`() throws {
        let references = try #require(ImageReferences(image()))
        #expect(references.files(of: "/a").isEmpty)
    }

    @Test func `lengths that lead out of the file name nothing`() throws {
        let long = try #require(ImageReferences(image(backing: "x", length: 0xFFFF_FFFF)))
        #expect(long.backing == nil)
        var far = image(backing: "x")
        far.replaceSubrange(8..<16, with: [UInt8](repeating: 0xFF, count: 8))
        #expect(try #require(ImageReferences(far)).backing == nil)
        for count in 0..<104 { _ = ImageReferences(Array(image(backing: "x").prefix(count))) }
        #expect(ImageReferences(Array("not an image".utf8)) == nil)
    }
}

struct ProgramLoaderTests {
    @Test func `a script names its program`() {
        #expect(ProgramLoader(Array("#! /bin/sh -e\nexit".utf8)) == .path("/bin/sh"))
        #expect(ProgramLoader(Array("#!/usr/bin/env perl\n".utf8)) == .path("/usr/bin/env"))
        #expect(ProgramLoader(Array("#!\n".utf8)) == nil)
    }

    @Test func `a dynamic program names its loader`() throws {
        let shell = try Data(contentsOf: URL(filePath: "/bin/sh"))
        let start = [UInt8](shell.prefix(ProgramLoader.byteCount))
        guard case .range(let offset, let count)? = ProgramLoader(start) else {
            Issue.record("no loader: \(String(describing: ProgramLoader(start)))")
            return
        }
        let name = String(decoding: shell[offset..<(offset + count)], as: UTF8.self)
        #expect(name.contains("/ld-linux"))
    }

    @Test func `anything else, and every part of a program, is no harm`() throws {
        let shell = try Data(contentsOf: URL(filePath: "/bin/sh"))
        let start = [UInt8](shell.prefix(600))
        for count in 0..<start.count { _ = ProgramLoader(Array(start.prefix(count))) }
        var wrong = start
        wrong.replaceSubrange(32..<40, with: [UInt8](repeating: 0xFF, count: 8))
        #expect(ProgramLoader(wrong) == nil)
        #expect(ProgramLoader(Array("MZ".utf8)) == nil && ProgramLoader([]) == nil)
    }
}

import Foundation
import Planning
import TestSupport
import Testing

/// One need of QEMU, written in every form that QEMU reads: the filter has to know it in each.
struct PolicyForm: CustomTestStringConvertible, Sendable {
    /// The group of system calls that has to be there.
    let group: String
    let arguments: [ByteString]
    /// The file `$conf`.
    let file: String?

    var testDescription: String {
        "\(group): \(arguments.map(\.escaped).joined(separator: " "))"
            + (file.map { " \($0.split(separator: "\n").joined(separator: ";"))" } ?? "")
    }

    private static func argv(_ group: String, _ forms: [ByteString]...) -> [PolicyForm] {
        forms.map { PolicyForm(group: group, arguments: $0, file: nil) }
    }

    /// `settings` are the lines of a file that `-readconfig` names.
    private static func file(
        _ group: String,
        _ settings: [String],
        _ arguments: [ByteString] = [],
    ) -> [PolicyForm] {
        let text = settings.map { $0.hasPrefix("[") ? "\($0)\n" : "  \($0)\n" }.joined()
        return [
            PolicyForm(group: group, arguments: ["-readconfig", "$conf"] + arguments, file: text)
        ]
    }

    static let all = rings + scripts + channels + folders + others

    /// Each was seen to call io_uring_setup(2) under QEMU 7.2.
    private static let rings =
        argv(
            "io-uring",
            ["-drive", "if=none,id=d,format=raw,file=$disk,aio=io_uring"],
            ["-drive", "if=none,id=d,format=raw,file=$disk,file.aio=io_uring"],
            [
                "-drive",
                "if=none,id=d,driver=raw,file.driver=file,file.filename=$disk,file.aio=io_uring",
            ],
            ["-drive", "if=none,id=d,file=$disk,backing.file.aio=io_uring"],
            ["-drive", ByteString("if=none,id=d,file=\(doubled)")],
            ["-hda", json],
            ["-hdd", json],
            ["-cdrom", json],
            ["-fda", json],
            ["-sd", json],
            ["-mtdblock", json],
            ["-pflash", json],
            [json],
            ["-hda", ByteString(escaped)],
            ["-blockdev", "driver=file,node-name=n,filename=$disk,aio=io_uring"],
            ["-blockdev", "driver=raw,node-name=n,file.driver=file,file.aio=io_uring"],
            ["-blockdev", #"{"driver":"raw","node-name":"n","file":{"aio":"io_uring"}}"#],
            ["-blockdev", "{'driver':'raw','node-name':'n','file':{'aio':'io_uring'}}"],
            ["-blockdev", #"{"driver":"raw","node-name":"n","file":{"aio":"io\u005furing"}}"#],
            [
                "-drive", "if=none,id=d,format=raw,file=$disk", "-set", "drive.d.aio=io_uring",
            ],
            [
                "-drive", "if=none,id=d,format=raw,file=$disk",
                "-set", "drive.d.file.aio=io_uring",
            ]
        )
        + file("io-uring", ["[drive \"d\"]", "if = \"none\"", "aio = \"io_uring\""])
        + file("io-uring", ["[drive \"d\"]", "if = \"none\"", "file.aio = \"io_uring\""])
        + file("io-uring", ["[drive \"d\"]", "file = \"json:{'aio':'io_uring'}\""])
        + file(
            "io-uring",
            ["[drive \"d\"]", "if = \"none\"", "file = \"$disk\""],
            ["-set", "drive.d.aio=io_uring"]
        )

    private static let doubled =
        #"json:{"driver":"raw",,"file":{"driver":"file",,"filename":"/x",,"aio":"io_uring"}}"#
    private static let json: ByteString =
        #"json:{"driver":"raw","file":{"driver":"file","filename":"/x","aio":"io_uring"}}"#
    private static let escaped = #"json:{"driver":"raw","file":{"a\u0069o":"io\u005furing"}}"#

    /// Programs that QEMU starts for a network.
    private static let scripts =
        argv(
            "spawn",
            ["-netdev", "tap,id=n,script=/x"],
            ["-netdev", "tap,id=n"],
            ["-netdev", #"{"type":"tap","id":"n","script":"/x"}"#],
            ["-netdev", "{'type':'tap','id':'n','downscript':'/x'}"],
            ["-nic", "tap,script=/x"],
            ["-net", "tap,script=/x"],
            ["-nic", "type=tap"],
            ["-netdev", "tap,id=n,script=no,downscript=no", "-set", "netdev.n.script=/x"],
            ["-netdev", "bridge,id=n"],
            ["-netdev", #"{"type":"bridge","id":"n"}"#],
            ["-netdev", "tap,id=n,helper=/x"],
            ["-netdev", "user,id=n,smb=/x"],
            ["-netdev", "user,id=n,guestfwd=tcp:10.0.2.100:80-cmd:cat"],
            [
                "-netdev",
                #"{"type":"user","id":"n","guestfwd":[{"str":"tcp:10.0.2.100:80-cmd:cat"}]}"#,
            ]
        )
        + file("spawn", ["[netdev \"n\"]", "type = \"tap\"", "script = \"/x\""])
        + file("spawn", ["[netdev \"n\"]", "type = \"tap\""])
        + file("spawn", ["[net]", "type = \"tap\""]) + file("spawn", ["[nic]", "type = \"tap\""])
        + file(
            "spawn",
            [
                "[netdev \"n\"]", "type = \"tap\"", "script = \"no\"", "downscript = \"no\"",
            ],
            ["-set", "netdev.n.script=/x"]
        )

    /// The state of another VM that a program brings.
    private static let channels = argv(
        "spawn",
        ["-incoming", "exec:cat"],
        ["-incoming", "channel-type=main,addr.transport=exec,addr.args.0=/bin/cat"],
        ["-incoming", "main,addr.transport=exec,addr.args.0=/bin/cat"],
        [
            "-incoming",
            #"{"channel-type":"main","addr":{"transport":"exec","args":["/bin/cat"]}}"#,
        ],
        ["-incoming", "{'channel-type':'main','addr':{'transport':'exec','args':['/bin/cat']}}"]
    )

    private static let folders =
        argv(
            "shared-folder",
            ["-fsdev", "local,id=f,path=/x,security_model=none"],
            ["-fsdev", "fsdriver=local,id=f,path=/x,security_model=none"],
            ["-virtfs", "local,mount_tag=t,path=/x,security_model=none"]
        )
        + file("shared-folder", ["[fsdev \"f\"]", "fsdriver = \"local\"", "path = \"/x\""])

    private static let others =
        argv(
            "numa",
            ["-numa", "node"],
            ["-object", "memory-backend-ram,id=m,size=64M,host-nodes=0,policy=bind"],
            [
                "-object",
                #"{"qom-type":"memory-backend-ram","id":"m","size":1,"host-nodes":[0]}"#,
            ]
        )
        + file("numa", ["[numa]", "type = \"node\""])
        + file(
            "numa",
            [
                "[object \"m\"]", "qom-type = \"memory-backend-ram\"", "host-nodes = \"0\"",
                "policy = \"bind\"",
            ]
        )
        + argv(
            "ebpf",
            ["-device", "virtio-net-pci,rss=on"],
            ["-device", #"{"driver":"virtio-net-pci","rss":true}"#],
            ["-global", "virtio-net-pci.rss=on"],
            ["-global", "driver=virtio-net-pci,property=rss,value=on"],
            ["-device", "virtio-net-pci,id=n", "-set", "device.n.rss=on"]
        )
        + file("ebpf", ["[device \"n\"]", "driver = \"virtio-net-pci\"", "rss = \"on\""])
        + file(
            "ebpf",
            ["[global]", "driver = \"virtio-net-pci\"", "property = \"rss\"", "value = \"on\""]
        )
        + argv(
            "keyring",
            ["-object", "secret_keyring,id=k,serial=1"],
            ["-object", #"{"qom-type":"secret_keyring","id":"k","serial":1}"#]
        )
        + file("keyring", ["[object \"k\"]", "qom-type = \"secret_keyring\"", "serial = \"1\""])
        + argv(
            "can",
            ["-object", "can-host-socketcan,id=c,if=can0,canbus=b"],
            ["-object", #"{"qom-type":"can-host-socketcan","id":"c"}"#]
        )
        + file("can", ["[object \"c\"]", "qom-type = \"can-host-socketcan\""])
}

/// The filter follows what QEMU is told, not how it is told.
@Suite(.launching, .needsProducts)
struct PolicyFormTests {
    private struct Answer: Decodable {
        struct Group: Decodable { let name: String }

        let groups: [Group]
    }

    @Test(arguments: PolicyForm.all, ["policy", "plan"] as [ByteString])
    func `a group of system calls is there in every form of its option`(
        form: PolicyForm,
        command: ByteString,
    ) async throws {
        let store = try StagedHost(image: "")
        try AttackFiles.write(form.file.map { ["conf": $0] } ?? [:], in: store)
        let words = form.arguments.map { AttackFiles.expanded($0, store) }
        let outcome = try await run(
            Child.Request(
                program: Products.launcherctl,
                arguments: ["launcherctl", command, "--json", "--"]
                    + (command == "plan" ? ["/usr/bin/kvm"] : [])
                    // None of the groups that a window brings.
                    + ["-launcher-config", ByteString(store.configuration), "-display", "none"]
                    + words
            )
        )
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
        #expect(answer.groups.map(\.name).contains(form.group))
    }
}

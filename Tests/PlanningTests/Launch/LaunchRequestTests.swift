import Planning
import Testing

struct LaunchRequestTests {
    private func request(_ words: [ByteString]) throws -> LaunchRequest {
        try LaunchRequest(
            Invocation(
                arguments: ["kvm"] + words,
                environment: [],
                isRoot: true,
                nodeName: "node1",
                workingDirectoryIsWritableByOthers: false,
            )
        )
    }

    @Test(
        arguments: [
            ["-version"], ["--version"], ["-h"], ["-help"], ["-cpu", "help"], ["-M", "?"],
            ["-machine", "help"], ["-device", "virtio-net,help"], ["-object", "?"],
            ["-netdev", "help"], ["-m", "1", "--version"],
            ["-cpu", "host", "-cpu", "help"],
        ] as [[ByteString]]
    )
    func `QEMU only prints something`(words: [ByteString]) throws {
        #expect(try request(words).isQuestion)
    }

    @Test(
        arguments: [
            [], ["-name", "-version"], ["-cpu", "help", "-cpu", "host"], ["-name", "help"],
            ["version"],
            // Stories: each of these was taken for a question, and started other firmware.
            ["-device", "scsi-hd,drive=d,serial=a,,help"], ["-device", "e1000,mac=x,help"],
            ["-object", #"{"qom-type":"secret","id":"s","data":"x,help,y"}"#],
            ["-chardev", "file,id=c,path=/tmp/x,,help"], ["-accel", "tcg", "-accel", "tcg,help"],
            ["-accel", "tcg,help"], ["-vga", "help", "-vga", "std"],
            ["-object", "secret,data=,help"],
            ["-cpu", "host,help"], ["-efi-firmware", "local:efi-firmware/c.fd", "-version"],
            ["-machine", "q35,helper=on"], ["-drive", "file=help"], ["-bios", "help"],
        ] as [[ByteString]]
    )
    func `QEMU starts a VM`(words: [ByteString]) throws {
        #expect(try !request(words).isQuestion)
    }

    @Test func `the launcher's own options go, every other word stays`() throws {
        let words: [ByteString] = [
            "-m", "1", "--launcher-config", "/x", "-name", "-efi-firmware", "disk.img",
        ]
        #expect(
            try request(words).passedThrough.vector.arguments == [
                "kvm", "-m", "1", "-name", "-efi-firmware", "disk.img",
            ]
        )
    }

    @Test func `numbers anywhere in the command line are known`() throws {
        let numbers = try request([
            "-add-fd", "fd=12,set=3", #"{"fd":"28"}"#, "fds=30:31", "x99999999999999",
            #"{"fd":"\u0034\u0035"}"#,
        ])
        .mentionedNumbers
        #expect(numbers == [12, 3, 28, 30, 31, 45])
    }

    @Test(
        arguments: [
            (["-efi-firmware"], "its value is missing"),
            (["-efi-firmware", ""], "its value is missing"),
            (["-efidisk0"], "its value is missing"),
            (["-launcher-config", "a.conf"], "not an absolute path"),
            (
                ["-efi-firmware", "a1:efi-firmware/x", "-efi-firmware", "a1:efi-firmware/x"],
                "given twice"
            ),
            (["-efi-firmware", "sha256=00"], "wrong length"),
            (["-efi-firmware", "a1:efi-firmware/x,md5=0"], "md5 cannot pin"),
            (["-efi-firmware", "a1:efi-firmware/x,sha1=0"], "sha1 cannot pin"),
            (["-efi-firmware", "a1:efi-firmware/x,readonly"], "unknown property 'readonly'"),
            (
                ["-efi-firmware", "a1:efi-firmware/x,volume=b1:efi-firmware/y"],
                "'volume' is given twice"
            ),
            (["-efi-firmware", "/etc/x.fd"], "is a path, not a volume ID"),
            (["-efi-firmware", "local:efi-firmware/../x.fd"], "'..'"),
            (["-efi-firmware", "local:efi-firmware/a\nb.fd"], #"'local:efi-firmware/a\nb.fd'"#),
            (["-efidisk0", "efitype=9m"], "efidisk0"),
        ] as [([ByteString], String)]
    )
    func `a wrong option of ours is a usage error`(words: [ByteString], text: String) {
        let error = #expect(throws: LauncherOptionError.self) { try request(words) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.exitStatus == .usage)
        #expect(error?.hint != nil)
    }
}

struct MachineIdentityTests {
    @Test(
        arguments: [
            (["-id", "100", "-name", "web"], "vm 100"), (["-name", "web"], "vm 'web'"),
            (["-name", "guest=web,debug-threads=on"], "vm 'web'"),
            (["-name", "a", "-name", "guest=b"], "vm 'b'"), (["-name", "x,process=y"], "vm 'x'"),
            ([], nil),
        ] as [([ByteString], String?)]
    )
    func `a VM goes by its ID, else by its name`(words: [ByteString], label: String?) {
        #expect(MachineIdentity(QEMUCommandLine(["kvm"] + words)).label == label)
    }
}

import Planning
import SystemPackage
import TestSupport
import Testing

/// Every way in which Proxmox calls QEMU's binaries, word for word as qemu-server, pve-manager and
/// proxmox-backup call them.
struct ProxmoxInvocationTests {
    /// The fixed head of a VM's command line and its firmware (qemu-server QemuServer.pm
    /// `config_to_command`).
    private static let head: [ByteString] = [
        "-id", "100", "-name", "web,debug-threads=on", "-no-shutdown", "-chardev",
        "socket,id=qmp,path=/var/run/qemu-server/100.qmp,server=on,wait=off", "-mon",
        "chardev=qmp,mode=control", "-chardev",
        "socket,id=qmp-event,path=/var/run/qmeventd.sock,reconnect-ms=5000", "-mon",
        "chardev=qmp-event,mode=control", "-pidfile", "/var/run/qemu-server/100.pid",
        "-daemonize", "-smbios", "type=1,uuid=7b10d7af-b932-4c66-b2c3-3996152ec465",
    ]
    private static let uuid = "7b10d7af-b932-4c66-b2c3-3996152ec465"
    private static let code: ByteString = """
        {"driver":"raw","file":{"driver":"file","filename":"\
        /usr/share/pve-edk2-firmware//OVMF_CODE_4M.secboot.fd"},"node-name":"pflash0",\
        "read-only":true}
        """
    private static let codeWithImage: ByteString = """
        {"driver":"raw","file":{"driver":"file","filename":"/proc/self/fd/11"},\
        "node-name":"pflash0","read-only":true}
        """
    private static let machine: ByteString = "pflash0=pflash0,pflash1=drive-efidisk0,type=q35+pve0"
    private static let args: [ByteString] = ["-efi-firmware", "demo:efi-firmware/ovmf.fd"]

    private static func virtualMachine(_ code: ByteString = code) -> [ByteString] {
        head + ["-blockdev", code, "-machine", machine]
    }

    /// What follows `args`, which come last but for these.
    @Test(
        arguments: [
            [], ["-S"], ["-incoming", "unix:/run/qemu-server/100.migrate", "-S"],
            ["-incoming", "defer", "-S"], ["-loadstate", "/dev/pve/vm-100-state-before"],
        ] as [[ByteString]]
    )
    func `a start, and a start for a migration, a rollback or a backup`(
        state: [ByteString]
    ) throws {
        let launch = try PlannedLaunch(Self.virtualMachine() + Self.args + state)
        let expected = Self.virtualMachine(Self.codeWithImage) + state
        #expect(launch.plan.arguments == ["/usr/bin/kvm", "-no-user-config"] + expected)
        #expect(launch.plan.programs.first == "/usr/lib/qemu-launcher/kvm")
        #expect(launch.plan.warnings.isEmpty == !["-incoming", "-loadstate"].contains(state.first))
        #expect(launch.plan.isRecorded)
    }

    @Test func `a VM that resumes from hibernation has its state before its args`() throws {
        let state: [ByteString] = ["-loadstate", "/dev/pve/vm-100-state-suspend"]
        let launch = try PlannedLaunch(Self.virtualMachine() + state + Self.args)
        let expected = Self.virtualMachine(Self.codeWithImage) + state
        #expect(launch.plan.arguments == ["/usr/bin/kvm", "-no-user-config"] + expected)
    }

    @Test(arguments: ["PVE_MIGRATED_FROM=", "PVE_MIGRATED_FROM=pve2"] as [ByteString])
    func `where a VM comes from stays in its environment, for its network scripts`(
        variable: ByteString
    ) throws {
        let environment: [ByteString] = ["LC_ALL=C", variable, "LVM_SUPPRESS_FD_WARNINGS=1"]
        let launch = try PlannedLaunch(
            Self.virtualMachine() + Self.args,
            environment: environment
        )
        #expect(launch.plan.environment == environment)
    }

    /// taskset becomes the launcher, which then sees what it would see without.
    @Test func `a VM with an affinity is the same VM behind taskset`() throws {
        let command = try #require(
            ProxmoxCommand(
                ["/usr/bin/taskset", "--cpu-list", "--all-tasks", "0,2-3", "/usr/bin/kvm"]
                    + Self.virtualMachine() + Self.args
            )
        )
        let launch = try PlannedLaunch(Array(command.arguments.dropFirst()))
        let plain = try PlannedLaunch(Self.virtualMachine() + Self.args)
        #expect(launch.plan == plain.plan)
    }

    /// Proxmox leaves `args`, the UUID and the machine type out (`config_to_command`).
    private static let template: [ByteString] =
        Array(head.dropLast(2)) + [
            "-blockdev", code, "-vga", "none", "-nographic", "-cpu", "qemu64", "-m", "512",
            "-machine", "pflash0=pflash0,pflash1=drive-efidisk0,accel=tcg,type=pc+pve0",
            "-snapshot", "-S",
        ]

    @Test func `a template starts, for its backup, with stock firmware`() throws {
        let launch = try PlannedLaunch(Self.template)
        #expect(launch.plan.arguments == ["/usr/bin/kvm"] + Self.template)
        #expect(launch.plan.firmware == nil)
    }

    @Test func `a template that has a section starts with its firmware`() throws {
        let section = "\nvm: 100\n\tfirmware \(PlannedLaunch.volume)\n"
        let configuration = PlannedLaunch.configuration + section
        let launch = try PlannedLaunch(Self.template, configuration: configuration)
        #expect(launch.plan.arguments.contains(Self.codeWithImage))
        #expect(launch.plan.arguments.suffix(2) == ["-snapshot", "-S"])
    }

    @Test func `a template whose section has a UUID is refused, with the reason`() {
        // It has none in its command line, so nobody could tell that the VM is still the same.
        let section = "\nvm: 100\n\tfirmware \(PlannedLaunch.volume)\n\tuuid \(Self.uuid)\n"
        let configuration = PlannedLaunch.configuration + section
        let refusal = PlannedLaunch.refusal(Self.template, configuration: configuration)
        #expect(refusal?.message.contains("(expected uuid \(Self.uuid), found none)") == true)
        #expect(refusal?.hint?.contains("template") == true)
        #expect(refusal?.exitStatus == .configuration)
    }

    /// NVIDIA's vGPU: the device's UUID comes last, from Proxmox where the VM has none of its own,
    /// or from `args` (qemu-server PCI.pm `generate_mdev_uuid`).
    @Test(arguments: [
        "00000000-0000-0000-0000-000000000100", "00000015-0000-0000-0000-000000000100",
    ])
    func `a VM with a vGPU is still the VM that its section means`(device: String) throws {
        let section = "\nvm: 100\n\tfirmware \(PlannedLaunch.volume)\n\tuuid \(Self.uuid)\n"
        let configuration = PlannedLaunch.configuration + section
        let words = Self.virtualMachine() + ["-uuid", ByteString(device)]
        let launch = try PlannedLaunch(words, configuration: configuration)
        #expect(launch.plan.arguments.suffix(2) == ["-uuid", ByteString(device)])
        #expect(launch.plan.identity.uuid == ByteString(Self.uuid))
    }

    @Test(
        arguments: [
            // Of another VM, of no device, and with something in the middle.
            "00000000-0000-0000-0000-000000000101", "0000000a-0000-0000-0000-000000000100",
            "00000000-0000-0001-0000-000000000100", "11111111-2222-3333-4444-555555555555",
        ]
    )
    func `another UUID behind it is the VM's, as it is for QEMU`(uuid: String) {
        let section = "\nvm: 100\n\tfirmware \(PlannedLaunch.volume)\n\tuuid \(Self.uuid)\n"
        let refusal = PlannedLaunch.refusal(
            Self.virtualMachine() + ["-uuid", ByteString(uuid)],
            configuration: PlannedLaunch.configuration + section
        )
        #expect(refusal?.message.contains("found \(uuid)") == true)
    }

    @Test func `a VM without a UUID of its own has the one of its vGPU`() throws {
        let device: ByteString = "00000000-0000-0000-0000-000000000100"
        let launch = try PlannedLaunch(Self.head.dropLast(2) + ["-uuid", device])
        #expect(launch.plan.identity.uuid == device)
    }

    @Test(
        arguments: [
            "/usr/bin/kvm", "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-system-aarch64",
        ] as [ByteString]
    )
    func `asked for its version, it is QEMU`(name: ByteString) throws {
        // Even with a section for everybody, and where all stock firmware is verified.
        let configuration = "launcher: defaults\n\tstock-firmware verify\n"
        let launch = try PlannedLaunch(["--version"], called: name, configuration: configuration)
        #expect(launch.request.isQuestion)
        #expect(launch.plan.arguments == [name, "--version"])
        #expect(!launch.plan.isRecorded)
        let program: FilePath =
            name.hasSuffix("kvm") ? "/usr/lib/qemu-launcher/kvm" : FilePath(name)
        #expect(launch.plan.programs.first == program)
    }

    /// pvestatd's probe, once for each accelerator (QemuServer.pm `query_supported_cpu_flags`).
    @Test(
        arguments: [["-accel", "tcg"], ["-cpu", "host"]] as [[ByteString]]
    )
    func `the probe for CPU flags passes through`(
        accelerator: [ByteString]
    ) throws {
        let words: [ByteString] =
            [
                "-machine", "pc", "-display", "none", "-chardev",
                "socket,id=qmp,path=/var/run/qemu-server/-1.qmp,server=on,wait=off", "-mon",
                "chardev=qmp,mode=control", "-pidfile", "/var/run/qemu-server/-1.pid", "-S",
                "-daemonize",
            ] + accelerator
        let launch = try PlannedLaunch(words)
        #expect(launch.plan.arguments == ["/usr/bin/kvm"] + words)
        #expect(!launch.plan.isRecorded)
        // It is a VM as any other, which QMP could let run: its firmware is verified too.
        let verify = "launcher: defaults\n\tstock-firmware verify\n"
        let verified = try PlannedLaunch(words, configuration: verify)
        let inserted: [ByteString] = ["-no-user-config", "-bios", "/proc/self/fd/11"]
        #expect(verified.plan.arguments == ["/usr/bin/kvm"] + inserted + words)
    }

    @Test func `a VM of another architecture passes through`() throws {
        let words = Self.virtualMachine()
        let name: ByteString = "/usr/bin/qemu-system-aarch64"
        let launch = try PlannedLaunch(words, called: name)
        #expect(launch.plan.arguments == [name] + words)
        #expect(launch.plan.programs == ["/usr/bin/qemu-system-aarch64"])
    }

    @Test func `a VM of another architecture that asks for firmware is refused`() {
        let refusal = PlannedLaunch.refusal(
            Self.virtualMachine() + Self.args,
            called: "/usr/bin/qemu-system-aarch64"
        )
        #expect(refusal?.exitStatus == .usage)
    }

    /// proxmox-file-restore's VM, found by PATH (proxmox-backup qemu_helper.rs `start_vm`).
    @Test func `a file restore's VM passes through, its descriptors too`() throws {
        let words: [ByteString] = [
            "-chardev", "file,id=log,path=/dev/null,logfile=/dev/fd/7,logappend=on", "-serial",
            "chardev:log", "-vnc", "none", "-enable-kvm", "-kernel",
            "/usr/lib/x86_64-linux-gnu/proxmox-backup/file-restore/bzImage", "-initrd",
            "/dev/fd/8", "-append", "quiet panic=1", "-daemonize", "-pidfile", "/dev/fd/9",
            "-name", "pbs-restore-vm", "-device", "vhost-vsock-pci,guest-cid=10,disable-legacy=on",
        ]
        let launch = try PlannedLaunch(words, called: "qemu-system-x86_64")
        #expect(launch.plan.arguments == ["qemu-system-x86_64"] + words)
        #expect(launch.plan.programs == ["/usr/bin/qemu-system-x86_64"])
        #expect(launch.plan.firmware == nil)
    }

    @Test func `a VM in BIOS mode that asks for firmware is refused`() {
        let refusal = PlannedLaunch.refusal(Self.head + ["-machine", "type=pc+pve0"] + Self.args)
        #expect(refusal?.message.contains("UEFI") == true)
    }
}

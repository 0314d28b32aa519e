import Foundation
import Planning
import TestSupport
import Testing

/// A command line as its makers write it, to which nobody adds anything.
struct HonestMachine: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Placeholders as in ``Attack``, and `$vars` for a variable store.
    let arguments: [ByteString]
    /// Whether it is Proxmox's, and has an ID.
    var hasID = false

    static let all = [
        HonestMachine(testDescription: "by hand", arguments: []),
        HonestMachine(
            testDescription: "by hand, with its own variable store",
            arguments: ["-efidisk0", "$vars,efitype=4m", "-machine", "q35"]
        ),
        HonestMachine(testDescription: "libvirt", arguments: libvirt),
        HonestMachine(
            testDescription: "Proxmox before 10.0",
            arguments: proxmoxDrives + proxmoxDevices + ["-machine", "type=pc-i440fx-7.2"],
            hasID: true
        ),
        HonestMachine(
            testDescription: "Proxmox since 10.0",
            arguments: proxmoxNodes + proxmoxDevices + [
                "-machine", "pflash0=pflash0,pflash1=drive-efidisk0,type=q35",
            ],
            hasID: true
        ),
        HonestMachine(
            testDescription: "much memory, which begins again above the flash",
            arguments: ["-m", "6G", "-machine", "q35,max-ram-below-4g=3G"]
        ),
        HonestMachine(
            testDescription: "memory that can be plugged in",
            arguments: [
                "-m", "64,slots=4,maxmem=16G", "-object", "memory-backend-ram,id=m,size=64M",
                "-device", "pc-dimm,memdev=m,id=d",
            ]
        ),
        HonestMachine(
            testDescription: "cards with memory of their own",
            arguments: [
                "-device", "VGA,vgamem_mb=256", "-device", "virtio-gpu-pci,max_outputs=2",
                "-device", "pci-testdev,membar=2G",
                "-object", "memory-backend-ram,id=m,size=256M", "-device", "ivshmem-plain,memdev=m",
            ]
        ),
        HonestMachine(
            testDescription: "a kernel",
            arguments: ["-kernel", "$linux", "-append", "quiet", "-initrd", "$disk"]
        ),
        HonestMachine(
            testDescription: "ROMs of cards",
            arguments: ["-device", "e1000,romfile=$other", "-option-rom", "$other"]
        ),
    ]

    /// As libvirt 9 starts a guest with a loader and an NVRAM.
    private static let libvirt: [ByteString] = [
        "-name", "guest=web,debug-threads=on", "-object",
        #"{"qom-type":"secret","id":"masterKey0","format":"raw","data":"x"}"#,
        "-blockdev",
        """
        {"driver":"file","filename":"/nowhere/OVMF_CODE_4M.fd","node-name":"libvirt-pflash0-storage",\
        "auto-read-only":true,"discard":"unmap"}
        """,
        "-blockdev",
        """
        {"node-name":"libvirt-pflash0-format","read-only":true,"driver":"raw",\
        "file":"libvirt-pflash0-storage"}
        """,
        "-blockdev",
        """
        {"driver":"file","filename":"$vars","node-name":"libvirt-pflash1-storage",\
        "auto-read-only":true,"discard":"unmap"}
        """,
        "-blockdev",
        """
        {"node-name":"libvirt-pflash1-format","read-only":false,"driver":"raw",\
        "file":"libvirt-pflash1-storage"}
        """,
        "-machine",
        """
        pc-q35-7.2,usb=off,vmport=off,smm=on,dump-guest-core=off,memory-backend=pc.ram,\
        pflash0=libvirt-pflash0-format,pflash1=libvirt-pflash1-format,hpet=off,acpi=on
        """,
        "-accel", "tcg", "-cpu", "qemu64",
        "-global", "driver=cfi.pflash01,property=secure,value=on", "-m", "size=65536k",
        "-object", #"{"qom-type":"memory-backend-ram","id":"pc.ram","size":67108864}"#,
        "-overcommit", "mem-lock=off", "-smp", "2,sockets=2,cores=1,threads=1",
        "-uuid", "7b10d7af-b932-4c66-b2c3-3996152ec465", "-no-user-config", "-rtc", "base=utc",
        "-no-shutdown", "-boot", "strict=on", "-global", "ICH9-LPC.disable_s3=1",
        "-device",
        """
        {"driver":"pcie-root-port","port":16,"chassis":1,"id":"pci.1","bus":"pcie.0",\
        "multifunction":true,"addr":"0x2"}
        """,
        "-device", #"{"driver":"qemu-xhci","id":"usb","bus":"pcie.0","addr":"0x3"}"#,
        "-device", #"{"driver":"virtio-serial-pci","id":"virtio-serial0","bus":"pci.1"}"#,
        "-blockdev",
        """
        {"driver":"file","filename":"$disk","node-name":"libvirt-1-storage",\
        "auto-read-only":true,"discard":"unmap"}
        """,
        "-blockdev",
        """
        {"node-name":"libvirt-1-format","read-only":false,"discard":"unmap","driver":"raw",\
        "file":"libvirt-1-storage"}
        """,
        "-device",
        """
        {"driver":"virtio-blk-pci","bus":"pcie.0","addr":"0x4","drive":"libvirt-1-format",\
        "id":"virtio-disk0","bootindex":1}
        """,
        "-netdev", #"{"type":"user","id":"hostnet0"}"#,
        "-device",
        """
        {"driver":"virtio-net-pci","netdev":"hostnet0","id":"net0","mac":"52:54:00:00:00:01",\
        "bus":"pcie.0","addr":"0x5"}
        """,
        "-chardev", "null,id=charserial0",
        "-device", #"{"driver":"isa-serial","chardev":"charserial0","id":"serial0","index":0}"#,
        "-audiodev", #"{"id":"audio1","driver":"none"}"#,
        "-vnc", "none", "-device", #"{"driver":"VGA","id":"video0","vgamem_mb":16}"#,
        "-device", #"{"driver":"virtio-balloon-pci","id":"balloon0"}"#,
        "-object", #"{"qom-type":"rng-random","id":"objrng0","filename":"/dev/urandom"}"#,
        "-device", #"{"driver":"virtio-rng-pci","rng":"objrng0","id":"rng0"}"#,
        "-device", #"{"driver":"vmcoreinfo"}"#,
        "-sandbox",
        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        "-msg", "timestamp=on",
    ]

    private static let proxmoxDrives: [ByteString] = [
        "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/OVMF_CODE_4M.fd",
        "-drive",
        "if=pflash,unit=1,id=drive-efidisk0,format=raw,file=$vars,size=540672",
    ]

    private static let proxmoxNodes = Array(BootAttachment.blockdev.arguments.dropLast(2))

    private static let proxmoxDevices: [ByteString] = [
        "-name", "web,debug-threads=on", "-no-shutdown",
        "-smbios", "type=1,uuid=7b10d7af-b932-4c66-b2c3-3996152ec465",
        "-smp", "2,sockets=1,cores=2,maxcpus=2",
        "-boot", "menu=on,strict=on,reboot-timeout=1000,splash=/nowhere/bootsplash.jpg",
        "-vga", "std", "-cpu", "qemu64,+aes", "-object", "iothread,id=iothread-virtioscsi0",
        "-global", "PIIX4_PM.disable_s3=1", "-global", "PIIX4_PM.disable_s4=1",
        "-device", "vmgenid,guid=9a0ad9d1-ae2e-4d93-ab84-b7ef8e6ed5f2",
        "-device", "qemu-xhci,id=xhci", "-device", "usb-tablet,id=tablet,bus=xhci.0,port=1",
        "-iscsi", "initiator-name=iqn.1993-08.org.debian:01:a",
        "-device", "virtio-balloon-pci,id=balloon0,free-page-reporting=on",
        "-device", "virtio-scsi-pci,id=virtioscsi0,iothread=iothread-virtioscsi0",
        "-drive", "file=$disk,if=none,id=drive-scsi0,format=raw,cache=none,aio=threads",
        "-device",
        "scsi-hd,bus=virtioscsi0.0,channel=0,scsi-id=0,lun=0,drive=drive-scsi0,id=scsi0",
        "-netdev", "user,id=net0", "-device",
        "virtio-net-pci,mac=BC:24:11:00:00:01,netdev=net0,id=net0,rx_queue_size=1024",
        "-device", "intel-hda,id=audiodev0", "-audiodev", "none,id=none",
        "-chardev", "null,id=serial0", "-device", "isa-serial,chardev=serial0",
    ]
}

/// What nobody attacks has to start, with the pinned bytes.
@Suite(.launching, .needsProducts, .needsFirmware, .needsQEMU)
struct HonestMachineTests {
    @Test(arguments: HonestMachine.all)
    func `the guest finds the pinned image`(machine: HonestMachine) async throws {
        let store = try StagedHost()
        let qemu = machine.hasID ? try ProxmoxQEMU.install(in: store) : Machine.qemu
        try store.configure(qemu: qemu)
        try AttackFiles.write([:], in: store)
        try write(read(Machine.variableStore), to: "\(store.path)/vars", mode: 0o600)
        let words = machine.arguments.map { AttackFiles.expanded($0, store) }
        let request = store.launcher(
            (machine.hasID ? ["-id", "100"] : []) + Machine.qemuOptions
                + StagedHost.firmware + FlashLook.options(store) + words,
            calledAs: Machine.qemuName
        )
        let pinned = try read(store.image)
        try await FlashLook(request, store, byteCount: pinned.count).expectStarted(pinned)
        let variables = try read("\(store.path)/vars")
        #expect((variables == (try read(Machine.variableStore))) == true)
    }

    /// Where the operator allows it, and it does not reach the flash.
    @Test func `a loader above 4 GiB starts with 'debug allow'`() async throws {
        let attack = Attack(
            "",
            ["-device", "loader,file=$vector,addr=0x200000000,force-raw=on"],
            settings: ["debug allow"],
            .pinned,
            .none(because: "it writes elsewhere")
        )
        let scene = try AttackScene(attack, on: .q35)
        try await scene.launched(.option).expectStarted(scene.pinned)
    }
}

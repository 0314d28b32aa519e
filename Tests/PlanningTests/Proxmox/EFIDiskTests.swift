import Planning
import SystemPackage
import Testing

struct EFIDiskTests {
    @Test func `every property is read`() throws {
        let text =
            "local:100/vm-100-disk-0.raw,efitype=4m,format=raw,ms-cert=2023,pre-enrolled-keys=1"
            + ",size=528K"
        let disk = try EFIDisk(parsing: ByteString(text))
        #expect(try disk.source == .volume(VolumeID(parsing: "local:100/vm-100-disk-0.raw")))
        #expect(disk.variables == .large)
        #expect(disk.format == .raw)
        #expect(disk.microsoftCertificate == .from2023)
        #expect(disk.preEnrolledKeys)
        #expect(disk.size == "528K")
    }

    @Test func `what is left out is what Proxmox takes for it`() throws {
        let disk = try EFIDisk(parsing: "volume=/dev/vg0/vars")
        #expect(disk.source == .path("/dev/vg0/vars"))
        #expect(disk.variables == .small)
        #expect(disk.format == nil)
        #expect(!disk.preEnrolledKeys)
        #expect(disk.size == nil)
    }

    @Test func `template sizes are those of the firmware builds`() {
        #expect(VariableStoreSize.small.templateByteCount == 128 << 10)
        #expect(VariableStoreSize.large.templateByteCount == 528 << 10)
    }

    @Test(arguments: [
        ("", "'file' is missing"),
        ("efitype=4m", "'file' is missing"),
        ("vars.fd", "no storage named"),
        ("none", "no storage named"),
        ("local:x,efitype=8m", "expected '2m' or '4m', found '8m'"),
        ("local:x,format=raw2", "wrong value"),
        ("local:x,ms-cert=2024", "wrong value"),
        ("local:x,pre-enrolled-keys=2", "wrong value"),
        ("local:x,size=1.K", "wrong value"),
        ("local:x,size=-1", "wrong value"),
        ("local:x,cache=none", "unknown property 'cache'"),
        ("/dev/../etc/shadow", "without '..'"),
        ("local:x\0", "control character"),
        ("local:100/a=b.raw", "unknown property"),
    ])
    func `what Proxmox would not accept is refused`(text: String, part: String) throws {
        let error = try #require(throws: PropertyStringError.self) {
            try EFIDisk(parsing: ByteString(text))
        }
        #expect(error.message.contains(part), "\(error.message)")
    }

    @Test func `what is not UTF-8 is refused`() {
        let bytes = ByteString(Array("/dev/".utf8) + [0xFF])
        #expect(throws: PropertyStringError.notUTF8(bytes)) { try EFIDisk(parsing: bytes) }
    }
}

struct EFIDiskPathTests {
    private let text = """
        dir: d1
        \tpath /srv/d1
        \tcontent-dirs images=disks

        btrfs: b1
        \tpath /srv/b1

        nfs: n1
        \tserver a
        \texport /b

        cephfs: c1

        lvm: l1
        \tvgname vg0

        lvmthin: t1
        \tvgname vg1
        \tthinpool data

        zfspool: z1
        \tpool rpool/data

        rbd: r1
        \tkrbd 1

        rbd: r2
        \tpool p2
        \tnamespace ns
        \tkrbd

        rbd: r3
        \tpool p3

        rbd: r4
        \tkrbd yes

        iscsi: i1
        \tportal a
        \ttarget b

        iscsidirect: i2
        \tportal a
        \ttarget b

        zfs: z2
        \tpool p

        pbs: p1
        \tserver a

        drbd: d2

        acme: a1
        \tpath /srv/a1

        zfspool: z3
        \tpool ../../etc

        dir: d3
        \tpath /srv/d3
        \tnodes other

        """

    private func store(_ disk: String) throws -> VariableStore {
        let storages = try StorageConfiguration(
            .defaults,
            storageConfiguration: Array(text.utf8),
        )
        return try storages.variableStore(of: EFIDisk(parsing: ByteString(disk)), on: "pve1")
    }

    @Test(
        arguments: [
            ("local:100/vm-100-disk-0.raw", "/var/lib/vz/images/100/vm-100-disk-0.raw", .raw),
            ("local:100/vm-100-disk-1.qcow2", "/var/lib/vz/images/100/vm-100-disk-1.qcow2", .qcow2),
            ("d1:100/vm-100-disk-0.vmdk", "/srv/d1/disks/100/vm-100-disk-0.vmdk", .vmdk),
            (
                "d1:100/base-100-disk-0.raw/101/vm-101-disk-0.qcow2",
                "/srv/d1/disks/101/vm-101-disk-0.qcow2", .qcow2,
            ),
            ("b1:100/vm-100-disk-0.raw", "/srv/b1/images/100/vm-100-disk-0/disk.raw", .raw),
            ("b1:100/vm-100-disk-0.qcow2", "/srv/b1/images/100/vm-100-disk-0.qcow2", .qcow2),
            ("n1:100/vm-100-disk-0.raw", "/mnt/pve/n1/images/100/vm-100-disk-0.raw", .raw),
            ("a1:100/vm-100-disk-0.raw", "/srv/a1/images/100/vm-100-disk-0.raw", .raw),
            ("l1:vm-100-disk-0", "/dev/vg0/vm-100-disk-0", .raw),
            ("l1:vm-100-disk-0.qcow2", "/dev/vg0/vm-100-disk-0.qcow2", .qcow2),
            ("t1:vm-100-disk-0", "/dev/vg1/vm-100-disk-0", .raw),
            ("z1:vm-100-disk-0", "/dev/zvol/rpool/data/vm-100-disk-0", .raw),
            ("z1:base-100-disk-0/vm-101-disk-0", "/dev/zvol/rpool/data/vm-101-disk-0", .raw),
            ("r1:vm-100-disk-0", "/dev/rbd/rbd/vm-100-disk-0", .raw),
            ("r2:base-1-disk-0/vm-100-disk-0", "/dev/rbd/p2/ns/vm-100-disk-0", .raw),
            ("i1:0.0.1.scsi-36001405ab.c", "/dev/disk/by-id/scsi-36001405ab.c", .raw),
            ("/dev/vg0/vars", "/dev/vg0/vars", .raw),
            ("/srv/OVMF_VARS.fd", "/srv/OVMF_VARS.fd", .raw),
            ("/srv/vars.qcow2", "/srv/vars.qcow2", .qcow2),
            ("/srv/vars.qcow2,format=raw", "/srv/vars.qcow2", .raw),
        ] as [(String, String, ImageFormat)]
    )
    func `an EFI disk is where Proxmox finds it`(
        disk: String,
        path: String,
        format: ImageFormat,
    ) throws {
        let store = try store(disk)
        #expect(store.path == ByteString(path))
        #expect(store.format == format)
    }

    @Test(arguments: [
        ("r3:vm-100-disk-0", "librbd"),
        ("r4:vm-100-disk-0", "librbd"),
        ("i2:lun1", "iSCSI client"),
        ("z2:vm-100-disk-0", "iSCSI client"),
        ("p1:backup/vm/100/x", "holds backups"),
        ("c1:100/vm-100-disk-0.raw", "holds no VM images"),
        ("d2:vm-100-disk-0", "not known here"),
        ("d3:100/vm-100-disk-0.raw", "not available on this node"),
        ("z3:vm-100-disk-0", "pool is missing or not valid"),
        ("nope:vm-100-disk-0", "does not exist"),
        ("local:vm-100-disk-0.raw", "not an image of a VM"),
        ("local:100/vm-100-disk-0", "not an image of a VM"),
        ("local:100/vm-100-disk-0.subvol", "not an image of a VM"),
        ("local:100/vm-100-disk-0.cloop", "not an image of a VM"),
        ("local:100/snap-a-vm-100-disk-0.qcow2", "not an image of a VM"),
        ("local:100/../../../../etc/x.raw", "not an image of a VM"),
        ("local:100/..raw", "not an image of a VM"),
        ("local:x/vm-100-disk-0.raw", "not an image of a VM"),
        ("local:100/a b.raw", "not an image of a VM"),
        ("local:100/a.raw/101", "not an image of a VM"),
        ("local:100/a.raw/b/c.raw", "not an image of a VM"),
        ("local:iso/x.img", "not an image of a VM"),
        ("l1:../sda", "not an image of a VM"),
        ("l1:a/b/c", "not an image of a VM"),
        ("l1:/sda", "not an image of a VM"),
        ("i1:scsi-36001405", "not an image of a VM"),
        ("i1:0.0.1.../../sda", "not an image of a VM"),
    ])
    func `what has no path on the host is refused by name`(disk: String, part: String) throws {
        let error = try #require(throws: VolumeError.self) { try store(disk) }
        #expect(error.message.contains(part), "\(error.message)")
    }
}

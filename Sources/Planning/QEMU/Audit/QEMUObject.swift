/// What `-object` can make, and whether it can come between a guest and its firmware.
package enum QEMUObject {
    /// Every type of object, sorted by its bytes. Without a row there is no permission.
    ///
    /// Sources: `-object help` of Debian's QEMU 7.2.22, 10.0.13 and 11.1.3, `ObjectType` in
    /// qapi/qom.json of 10.0.13 for what Debian does not build, and of upstream since. QEMU takes
    /// the names of ObjectType; if `-object help` prints another (authz-list-file), both are here.
    /// An object is not a device: it is in guest memory only if a device or the machine names it,
    /// and they decide where that memory is (`memory-backend` of the machine, pc-dimm, ivshmem, …).
    /// The exception is a processor's `memory`: ``ProcessorProperty``.
    package static let table: [String: AuditVerdict] = [
        "acpi-generic-initiator": .harmless(because: "a row of an ACPI table for a PCI device"),
        "acpi-generic-port": .harmless(because: "a row of an ACPI table for a CXL host bridge"),
        "authz-list": .harmless(because: "says who may connect to VNC, NBD and migration"),
        "authz-list-file": .harmless(because: "says who may connect; the other name of the next"),
        "authz-listfile": .harmless(because: "says who may connect, read from a file"),
        "authz-pam": .harmless(because: "asks PAM who may connect"),
        "authz-simple": .harmless(because: "says who may connect"),
        "can-bus": .harmless(because: "joins CAN controllers with one another"),
        "can-host-socketcan": .harmless(because: "joins a CAN bus with one of the host"),
        "colo-compare": .harmless(because: "compares network packets of two VMs"),
        "cryptodev-backend": .harmless(because: "encrypts for virtio-crypto"),
        "cryptodev-backend-builtin": .harmless(because: "encrypts for virtio-crypto in QEMU"),
        "cryptodev-backend-lkcf": .harmless(because: "encrypts for virtio-crypto in the kernel"),
        "cryptodev-vhost-user": .harmless(because: "encrypts for virtio-crypto in a process"),
        "dbus-vmstate": .harmless(because: "takes state of helpers along in a migration"),
        "filter-buffer": .harmless(because: "holds network packets back for a while"),
        "filter-dump": .harmless(because: "writes network packets to a file"),
        "filter-mirror": .harmless(because: "copies network packets to a chardev"),
        "filter-redirector": .harmless(because: "hands network packets to a chardev and back"),
        "filter-replay": .harmless(because: "records network packets and plays them again"),
        "filter-rewriter": .harmless(because: "changes TCP sequence numbers of packets"),
        "igvm-cfg": .refused(because: "the guest's first code comes from its IGVM file"),
        "input-barrier": .harmless(because: "keyboard and mouse of another computer"),
        "input-linux": .harmless(because: "keyboard and mouse of the host"),
        "iommufd": .harmless(because: "the kernel's interface that vfio devices use"),
        "iothread": .harmless(because: "a thread for disks and networks"),
        "main-loop": .harmless(because: "tunes QEMU's own main thread"),
        "memory-backend-epc": .harmless(because: "SGX memory; the machine places it above 4 GiB"),
        "memory-backend-file": .harmless(because: "memory in a file; its user places it"),
        "memory-backend-memfd": .harmless(because: "memory in a memfd; its user places it"),
        "memory-backend-ram": .harmless(because: "plain memory; its user places it"),
        "memory-backend-shm": .harmless(because: "shared memory; its user places it"),
        "monitor-hmp": .harmless(because: "what -mon makes, as an object since 11.1"),
        "monitor-qmp": .harmless(because: "what -mon makes, as an object since 11.1"),
        "pef-guest": .refused(because: "a confidential guest of POWER"),
        "pr-manager-helper": .harmless(because: "asks a helper for SCSI reservations"),
        "qtest": .debugging(because: "a test protocol that writes guest memory"),
        "rng-builtin": .harmless(because: "random numbers for virtio-rng"),
        "rng-egd": .harmless(because: "random numbers for virtio-rng from a chardev"),
        "rng-random": .harmless(because: "random numbers for virtio-rng from a file"),
        "s390-pv-guest": .refused(because: "a confidential guest of s390x"),
        "secret": .harmless(because: "a password or key for disks and connections"),
        "secret_keyring": .harmless(because: "a password or key from the kernel's key ring"),
        "sev-guest": .examined(because: "decides where the firmware is attached"),
        "sev-snp-guest": .examined(because: "decides where the firmware is attached"),
        "tdx-guest": .examined(because: "decides where the firmware is attached"),
        "thread-context": .harmless(because: "says on which processors memory is prepared"),
        "throttle-group": .harmless(because: "limits the speed of disks"),
        "tls-cipher-suites": .harmless(because: "a list for the firmware's HTTPS, in fw_cfg"),
        "tls-creds-anon": .harmless(because: "TLS for VNC, NBD, chardevs and migration"),
        "tls-creds-psk": .harmless(because: "TLS for VNC, NBD, chardevs and migration"),
        "tls-creds-x509": .harmless(because: "TLS for VNC, NBD, chardevs and migration"),
        "x-remote-object": .refused(because: "a device process of machine x-remote, no VM"),
        "x-vfio-user-server": .refused(because: "a device process of machine x-remote, no VM"),
    ]

    static func verdict(of type: ByteString) -> AuditVerdict? { type.text.flatMap { table[$0] } }
}

import Foundation
import Planning
import TestSupport
import Testing

/// `launcherctl firmware update`, `rollback`, `unpin`, and `vm`.
@Suite(.launching, .needsProducts, .needsFirmware, .needsMounts)
struct UpdateTests {
    private static let new = "test:efi-firmware/new.fd"
    private static let newFile = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"

    /// VM 100 has the image by a section, 101 by its args, 102 by a tag.
    private func host() throws -> StagedProxmoxHost {
        let host = try StagedProxmoxHost()
        try host.configure(
            sections: "# mine\nvm: 100\n\tfirmware \(StagedHost.volume)\n\tspawn deny\n",
            pins: ["sha256 \(host.store.digest())", "tag nsv", "accept FW-W03"]
        )
        try host.addVirtualMachine(100, "bios: ovmf\n")
        try host.addVirtualMachine(101, "bios: ovmf\nargs: -efi-firmware \(StagedHost.volume)\n")
        try host.addVirtualMachine(102, "bios: ovmf\ntags: nsv\n")
        try host.install(
            """
            #!/bin/sh
            # qm set VMID --args TEXT
            test "$1 $3 $5" = "set --args --digest" || exit 2
            test ! -e \(host.store.path)/fail-$2 || exit 1
            file=\(host.node)/qemu-server/$2.conf
            test "$(sha1sum <$file)" = "$6  -" || exit 3
            grep -v ^args: $file >$file.new
            echo "args: $4" >>$file.new
            chmod 640 $file.new
            mv $file.new $file
            """
        )
        return host
    }

    private func call(_ host: StagedProxmoxHost, _ words: ByteString...) async throws -> Outcome {
        let config: [ByteString] = ["--config", ByteString(host.store.configuration)]
        var request = host.launcherctl()
        request.arguments += words + config
        return try await run(request)
    }

    private func update(
        _ host: StagedProxmoxHost,
        _ options: ByteString...
    ) async throws
        -> Outcome
    {
        var request = host.launcherctl("firmware", "update")
        request.arguments += options
        request.arguments += [
            "--as", ByteString(Self.new), ByteString(StagedHost.volume), ByteString(Self.newFile),
            "--config", ByteString(host.store.configuration),
        ]
        return try await run(request)
    }

    private func configuration(_ host: StagedProxmoxHost) throws -> String {
        String(decoding: try read(host.store.configuration), as: UTF8.self)
    }

    private func guest(_ vmid: Int, _ host: StagedProxmoxHost) throws -> String {
        String(decoding: try read("\(host.node)/qemu-server/\(vmid).conf"), as: UTF8.self)
    }

    @Test func `an update reaches every VM, and can be taken back`() async throws {
        let host = try host()
        let before = try configuration(host)
        let updated = try await update(host, "--args")
        #expect(updated.end == .status(0), "\(updated.errors)")
        #expect(updated.output.contains("+ features: Secure Boot"), "\(updated.output)")
        #expect(updated.output.contains("changed vm 100\nchanged vm 101\n"))
        let text = try configuration(host)
        #expect(text.contains("vm: 100\n\tfirmware \(Self.new)\n\tspawn deny\n"))
        #expect(text.contains("# mine\n"))
        #expect(
            text.contains("firmware: \(Self.new)\n\tsha256 \(try host.store.digest(Self.newFile))")
        )
        #expect(text.contains("\taccept FW-W03\n\ttag nsv\n"))
        #expect(try guest(101, host).contains("args: -efi-firmware \(Self.new)\n"))
        // The old image stays, and so does its pin.
        #expect(text.contains("firmware: \(StagedHost.volume)\n"))
        #expect(FileManager.default.fileExists(atPath: host.store.image))

        let back = try await call(host, "firmware", "rollback")
        #expect(back.end == .status(0), "\(back.errors)")
        #expect(back.output.contains("changed vm 100\nchanged vm 101\n"))
        #expect(try guest(101, host).contains("args: -efi-firmware \(StagedHost.volume)\n"))
        let after = try configuration(host)
        #expect(after.contains("vm: 100\n\tfirmware \(StagedHost.volume)\n\tspawn deny\n"))
        #expect(after.hasPrefix(before.components(separatedBy: "\ttag nsv").first ?? "-"))
        let again = try await call(host, "firmware", "rollback")
        #expect(again.end == .status(78))
        #expect(again.errors.contains("there is no update that could be taken back"))
        let leftover = try FileManager.default.contentsOfDirectory(atPath: host.store.path)
            .filter { $0.hasSuffix(".update") || $0.hasSuffix(".tmp") }
        #expect(leftover.isEmpty)
    }

    @Test func `an update that fails half-way leaves no half of it`() async throws {
        let host = try host()
        try host.addVirtualMachine(103, "bios: ovmf\nargs: -efi-firmware \(StagedHost.volume)\n")
        try write(Data(), to: "\(host.store.path)/fail-103")
        let outcome = try await update(host, "--args")
        #expect(outcome.end == .status(78))
        #expect(outcome.errors.contains("qm set 103: exit status 1"))
        #expect(try guest(101, host).contains("args: -efi-firmware \(StagedHost.volume)\n"))
        #expect(try configuration(host).contains("vm: 100\n\tfirmware \(StagedHost.volume)\n"))
    }

    @Test func `one that fails takes back what it did, and not what one before it did`()
        async throws
    {
        let host = try host()
        #expect(try await update(host).end == .status(0))
        let updated = try configuration(host)
        try write(Data(), to: "\(host.store.path)/fail-101")
        let outcome = try await update(host, "--args")
        #expect(outcome.end == .status(78), "\(outcome.errors)")
        #expect(outcome.errors.contains("qm set 101: exit status 1"))
        #expect(try configuration(host) == updated)

        // The tag is the new image's already, and nothing is in the way of the rest.
        try remove("\(host.store.path)/fail-101")
        let again = try await update(host, "--args")
        #expect(again.end == .status(0), "\(again.errors)")
        #expect(try guest(101, host).contains("args: -efi-firmware \(Self.new)\n"))
        let back = try await call(host, "firmware", "rollback")
        #expect(back.output.contains("changed vm 100\nchanged vm 101\nchanged tag nsv\n"))
        #expect(try configuration(host).contains("vm: 100\n\tfirmware \(StagedHost.volume)\n"))
    }

    @Test func `one that changes nothing does not hide the one before`() async throws {
        let host = try host()
        #expect(try await update(host).end == .status(0))
        let updated = try configuration(host)
        let nothing = try await update(host)
        #expect(
            nothing.output.contains("nothing but args names \(StagedHost.volume)"),
            "\(nothing)"
        )
        #expect(try configuration(host) == updated)
        #expect(try await call(host, "firmware", "rollback").end == .status(0))
        #expect(try configuration(host).contains("vm: 100\n\tfirmware \(StagedHost.volume)\n"))
    }

    @Test func `VMs are not pointed back at an image that is gone`() async throws {
        let host = try host()
        #expect(try await update(host).end == .status(0))
        let updated = try configuration(host)
        try remove(host.store.image)
        let refused = try await call(host, "firmware", "rollback")
        #expect(refused.end == .status(66))
        #expect(refused.errors.contains("firmware image '\(StagedHost.volume)'"))
        #expect(try configuration(host) == updated)
        try write(read(Machine.codeImage), to: host.store.image, mode: 0o444)
        #expect(try await call(host, "firmware", "rollback").end == .status(0))
    }

    @Test func `a record that cannot be read stops an update before it begins`() async throws {
        let host = try host()
        let before = try configuration(host)
        try write(Data(), to: "\(host.store.configuration).update", mode: 0o644)
        let refused = try await update(host)
        #expect(refused.end == .status(78))
        #expect(refused.errors.contains("not a record of an update"))
        #expect(try configuration(host) == before)
        #expect(!FileManager.default.fileExists(atPath: "\(host.store.images)/new.fd"))
    }

    @Test func `a tag of the new image's own is not lost`() async throws {
        let host = try host()
        try write(read(Self.newFile), to: "\(host.store.images)/new.fd")
        let section =
            "firmware: \(Self.new)\n\tsha256 \(try host.store.digest(Self.newFile))\n\ttag own\n"
        try host.configure(sections: section, pins: ["sha256 \(host.store.digest())", "tag nsv"])
        let before = try configuration(host)
        let outcome = try await update(host)
        #expect(outcome.end == .status(78))
        #expect(outcome.errors.contains("it is offered by a tag of its own"))
        #expect(try configuration(host) == before)
    }

    @Test func `what somebody changed after the update is not taken back, and named`()
        async throws
    {
        let host = try host()
        #expect(try await update(host, "--args").end == .status(0))
        try host.addVirtualMachine(101, "bios: ovmf\nargs: -name other\n")
        let back = try await call(host, "firmware", "rollback")
        #expect(back.end == .status(78))
        #expect(back.errors.contains("stay as they are"))
        #expect(back.errors.contains("vm 101"))
        #expect(try guest(101, host).contains("args: -name other\n"))
        #expect(try configuration(host).contains("vm: 100\n\tfirmware \(StagedHost.volume)\n"))
    }

    @Test func `without --args the VMs that ask by them are named and left alone`() async throws {
        let host = try host()
        let outcome = try await update(host)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.errors.contains("vm 101: asks by its args and keeps"))
        #expect(try guest(101, host).contains(StagedHost.volume))
    }

    /// A split code image, for an SNP guest.
    @Test func `a VM that would not start from the new image stops the update`() async throws {
        let host = try StagedProxmoxHost(image: Machine.unifiedImage)
        try host.configure(
            sections: "vm: 100\n\tfirmware \(StagedHost.volume)\n",
            pins: ["sha256 \(host.store.digest())"]
        )
        try host.addVirtualMachine(100, "bios: ovmf\namd-sev: type=snp\n")
        let outcome = try await update(host)
        #expect(outcome.end == .status(65), "\(outcome.errors)")
        #expect(outcome.errors.contains("vm 100 would not start with it"), "\(outcome.errors)")
        let section = "vm: 100\n\tfirmware \(StagedHost.volume)\n"
        #expect(try configuration(host).contains(section))
        #expect(try !configuration(host).contains(Self.new))

        // One that does not start now is no reason to leave the others without the new image.
        try host.addVirtualMachine(100, "bios: ovmf\n")
        let other = try await update(host)
        #expect(other.end == .status(0), "\(other.errors)")
        #expect(try configuration(host).contains("vm: 100\n\tfirmware \(Self.new)\n"))
    }

    @Test func `what no guest would start from is not an update`() async throws {
        let host = try host()
        let before = try configuration(host)
        let outcome = try await call(
            host,
            "firmware",
            "update",
            "--as",
            ByteString(Self.new),
            ByteString(StagedHost.volume),
            "/etc/passwd"
        )
        #expect(outcome.end == .status(65))
        #expect(outcome.errors.contains("FW-E0"))
        #expect(try configuration(host) == before)
        #expect(!FileManager.default.fileExists(atPath: "\(host.store.images)/new.fd"))
    }

    @Test func `nothing is added that a start would refuse, unless it is forced`() async throws {
        let host = try host()
        let words: [ByteString] = ["firmware", "add", "/etc/passwd", ByteString(Self.new)]
        var request = host.launcherctl()
        request.arguments += words + ["--config", ByteString(host.store.configuration)]
        #expect(try await run(request).end == .status(65))
        #expect(try host.store.listing().filter { $0.contains("new.fd") }.isEmpty)
        request.arguments.append("--force")
        #expect(try await run(request).end == .status(0))
        let pinned = try await call(
            host,
            "firmware",
            "add",
            ByteString(Self.newFile),
            ByteString(StagedHost.volume)
        )
        #expect(pinned.end == .status(65))
        #expect(pinned.errors.contains("pinned with another checksum by "))
        #expect(pinned.errors.contains("firmware update"))
    }

    @Test func `a pin whose file is gone can be taken out, once nobody needs it`() async throws {
        let host = try host()
        try remove(host.store.image)
        let needed = try await call(host, "firmware", "unpin", ByteString(StagedHost.volume))
        #expect(needed.end == .status(77))
        #expect(needed.errors.contains("needed by vm 101, vm 102 by tag 'nsv', vm 100"))
        for vmid in [101, 102] { try host.addVirtualMachine(vmid, "bios: ovmf\n") }
        #expect(try await call(host, "vm", "unset", "100", "firmware").end == .status(0))
        let unpinned = try await call(host, "firmware", "unpin", ByteString(StagedHost.volume))
        #expect(unpinned.end == .status(0), "\(unpinned.errors)")
        #expect(try !configuration(host).contains("firmware: "))
    }

    @Test func `a VM's section is written by command, or not at all`() async throws {
        let host = try host()
        #expect(try await call(host, "vm", "set", "105", "spawn", "deny").end == .status(0))
        #expect(try configuration(host).hasSuffix("\n\nvm: 105\n\tspawn deny\n"))
        let before = try configuration(host)
        let wrong = try await call(host, "vm", "set", "105", "spawn", "maybe")
        #expect(wrong.end == .status(78))
        #expect(wrong.errors.contains("'spawn'"))
        #expect(try configuration(host) == before)
        let doubtful = try await call(host, "vm", "set", "105", "firmware", "test:iso/a.img")
        #expect(doubtful.end == .status(0))
        #expect(doubtful.errors.contains("launcherctl firmware pin test:iso/a.img"))
    }
}

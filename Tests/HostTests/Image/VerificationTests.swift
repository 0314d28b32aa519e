import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

struct VerificationTests {
    @Test func `a good image is found and opened, and its proof is named`() throws {
        let storage = try FirmwareStorage()
        let image = try verify(storage.request())
        let (path, byteCount, proofs) = (image.path, image.byteCount, image.proofs)
        #expect(path == storage.image)
        #expect(byteCount == 3)
        #expect(proofs == [.mode])
        #expect(image.writerProbe == .noWriter)
    }

    @Test func `the first directory that exists is the one, whether or not the image is in it`()
        throws
    {
        let storage = try FirmwareStorage()
        try makeDirectory(storage.root.appending("efi-firmware"))
        #expect(
            cause(verifying: storage.request(directories: ["efi-firmware", "template"]))
                == .fileMissing(path: storage.root.appending("efi-firmware/a.fd"))
        )
        let image = try verify(storage.request(directories: ["none", "template/efi-firmware"]))
        #expect(image.path == storage.image)
    }

    @Test(arguments: ["", ".", "/"])
    func `an image may lie in the root itself`(directory: String) throws {
        let storage = try FirmwareStorage()
        try write(Vector.abc.content, to: storage.root.appending("b.fd"))
        let image = try verify(storage.request(directories: [directory], fileName: "b.fd"))
        #expect(image.byteCount == 3)
    }

    @Test func `the root may be a symbolic link, because the administrator wrote it`() throws {
        let storage = try FirmwareStorage()
        try move(storage.root, to: storage.outside)
        try makeLink(storage.root, to: storage.outside.string)
        let image = try verify(storage.request())
        #expect(image.byteCount == 3)
    }

    @Test(arguments: SpoiledStorage.all.filter { !$0.needsRoot })
    func `whatever is not a plain read-only file of ours is refused`(refusal: SpoiledStorage) throws
    {
        try expectRefused(refusal)
    }

    @Test(
        .enabled(if: isRoot, "only root may make devices and change owners"),
        arguments: SpoiledStorage.all.filter(\.needsRoot)
    )
    func `devices and other users' files are refused`(refusal: SpoiledStorage) throws {
        try expectRefused(refusal)
    }

    private func expectRefused(_ refusal: SpoiledStorage) throws {
        let storage = try FirmwareStorage()
        try refusal.spoil(storage)
        let found = try #require(cause(verifying: storage.request()))
        #expect(found == refusal.cause(storage))
        #expect(found.exitStatus == refusal.status)
    }

    @Test func `a file that may not be read is not permitted`() async {
        await #expect(processExitsWith: .success) {
            let storage = try FirmwareStorage()
            try change(storage.image, mode: 0o000)
            let found = try asOrdinaryUser { cause(verifying: storage.request()) }
            #expect(
                found
                    == .permissionDenied(
                        operation: "open",
                        path: storage.image,
                        errno: .permissionDenied
                    )
            )
            #expect(found?.exitStatus == .notPermitted)
        }
    }

    @Test func `a file that somebody has open for writing is refused`() throws {
        let storage = try FirmwareStorage()
        try change(storage.image, mode: 0o644)
        // Programs that other tests start must not keep it open.
        let writer = try FileDescriptor.open(storage.image, .writeOnly, options: .closeOnExec)
        try change(storage.image, mode: 0o444)
        #expect(cause(verifying: storage.request()) == .openForWriting(path: storage.image))
        try writer.close()
        let image = try verify(storage.request())
        #expect(image.writerProbe == .noWriter)
    }

    /// Root may take every lease.
    @Test func `where the lease is not ours to take, the probe is recorded as unavailable`() async {
        await #expect(processExitsWith: .success) {
            let probe = try asOrdinaryUser {
                try verify(stockRequest("/etc", "passwd")).writerProbe
            }
            #expect(probe == .unavailable(.permissionDenied))
        }
    }

    @Test(arguments: [
        "", ".", "..", "../a.fd", "a/b.fd", "/etc/passwd", "a.fd\0", "\0", "a\0.fd",
    ])
    func `what is not the name of a file is refused`(name: String) throws {
        let storage = try FirmwareStorage()
        #expect(cause(verifying: storage.request(fileName: name)) == .malformedName(name))
    }

    @Test func `a directory with a NUL or above the root is refused`() throws {
        let storage = try FirmwareStorage()
        #expect(
            cause(verifying: storage.request(directories: ["template\0x"]))
                == .malformedName("template\0x")
        )
        #expect(
            cause(verifying: storage.request(directories: ["template/../template"]))
                == .outsideRoot(path: storage.template.appending(".."))
        )
        #expect(
            cause(verifying: storage.request(directories: [".."]))
                == .outsideRoot(path: storage.root.appending(".."))
        )
    }

    @Test func `a proof counts only where it is accepted`() throws {
        let storage = try FirmwareStorage()
        for accepted: [ReadOnlyProof] in [[], [.mount], [.mount, .immutable, .verity]] {
            #expect(
                cause(verifying: storage.request(rules: .volume(accepting: accepted)))
                    == .notReadOnly(
                        path: storage.image,
                        mode: [.ownerRead, .groupRead, .otherRead],
                        accepted: accepted
                    )
            )
        }
    }

    @Test func `a message names the volume, the path, what was expected and what to do`() throws {
        let storage = try FirmwareStorage()
        try change(storage.image, mode: 0o644)
        let error = #expect(throws: VerificationError.self) { _ = try verify(storage.request()) }
        #expect(
            error?.message == "firmware image 'local:efi-firmware/a.fd': '\(storage.image)' is not"
                + " read-only (expected no write permission for anyone or a read-only mount or the"
                + " immutable attribute or fs-verity, found mode 0644)"
        )
        #expect(
            error?.hint == "if the upload is complete: launcherctl firmware adopt --config"
                + " launcher.conf local:efi-firmware/a.fd"
        )
    }
}

func cause(verifying request: ImageRequest) -> VerificationError.Cause? {
    let error = #expect(throws: VerificationError.self) { _ = try verify(request) }
    return error?.cause
}

func stockRequest(_ root: FilePath, _ name: String) -> ImageRequest {
    ImageRequest(
        name: root.appending(name).string,
        root: root,
        directories: [""],
        fileName: name,
        pins: [ImageRequest.Pin(digest: Vector.abc.sha256, origin: "launcher.conf line 1")],
        configuration: "launcher.conf",
        rules: .stock,
    )
}

struct StockVerificationTests {
    @Test func `a stock image may be a link to a writable file with two names`() throws {
        let storage = try FirmwareStorage()
        try change(storage.image, mode: 0o644)
        try makeHardLink(storage.outside, to: storage.image)
        try makeLink(storage.images.appending("OVMF.fd"), to: "a.fd")
        let image = try verify(stockRequest(storage.images, "OVMF.fd"))
        let (byteCount, proofs) = (image.byteCount, image.proofs)
        #expect(byteCount == 3)
        #expect(proofs == [])
        let sealed = try seal(image)
        #expect(sealed.digests == [Vector.abc.sha256])
    }

    @Test(arguments: [0o664, 0o646] as [mode_t])
    func `a stock image that others may write to is refused`(mode: mode_t) throws {
        let storage = try FirmwareStorage()
        try change(storage.image, mode: mode)
        #expect(
            cause(verifying: stockRequest(storage.images, "a.fd"))
                == .writableByOthers(path: storage.image, mode: FilePermissions(rawValue: mode))
        )
    }

    @Test func `a stock image behind a link has to be a regular file all the same`() throws {
        let storage = try FirmwareStorage()
        try makePipe(storage.outside, mode: 0o444)
        let link = storage.images.appending("OVMF.fd")
        try makeLink(link, to: storage.outside.string)
        let error = #expect(throws: VerificationError.self) {
            _ = try verify(stockRequest(storage.images, "OVMF.fd"))
        }
        #expect(error?.cause == .notRegularFile(path: link, found: .fifo))
        #expect(
            error?.message == "stock firmware '\(link)': '\(link)' is not a regular file (found a"
                + " named pipe (FIFO))"
        )
    }

    @Test func `a stock image that is not there is missing, as is one behind a broken link`()
        throws
    {
        let storage = try FirmwareStorage()
        try makeLink(storage.images.appending("broken.fd"), to: "nowhere")
        for name in ["none.fd", "broken.fd"] {
            #expect(
                cause(verifying: stockRequest(storage.images, name))
                    == .fileMissing(path: storage.images.appending(name))
            )
        }
    }
}
